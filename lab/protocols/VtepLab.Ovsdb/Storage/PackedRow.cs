using System.Buffers.Binary;

namespace VtepLab.Ovsdb;

/// <summary>How a row is laid out in bytes: its UUID, its version, a tag for each further column, then what the tags say follows.</summary>
/// <remarks>
/// Only rows whose values are single atoms or empty are laid out so, and texts of more than <see cref="LongestText"/> bytes are not; that is
/// every row of the tables that grow large. A text that is read is a piece of the page, not a copy, so pages never change.
/// </remarks>
internal static class PackedRow
{
    /// <summary>Longest text in bytes that a row in this form holds.</summary>
    public const int LongestText = byte.MaxValue - Text;

    private const int Head = 32; // UUID and version.
    private const int Most = 8192;

    private const byte Empty = 0;
    private const byte False = 1;
    private const byte True = 2;
    private const byte Byte = 3; // Integers that are small enough.
    private const byte Int32 = 4;
    private const byte Int64 = 5;
    private const byte Real = 6;
    private const byte Reference = 7;
    private const byte Text = 8; // And the length on top.

    private static ReadOnlySpan<byte> Sizes => [0, 0, 0, 1, 4, 8, 8, 16];

    /// <summary>The bytes that a row takes, or -1 when it cannot have this form.</summary>
    public static int Measure(Datum[] fields)
    {
        var size = Head + fields.Length - 1;
        for (var i = 1; i < fields.Length; i++)
        {
            var tag = Tag(fields[i]);
            if (tag < 0)
            {
                return -1;
            }

            size += SizeOf((byte)tag);
        }

        return size <= Most ? size : -1;
    }

    /// <summary>Writes a row that <see cref="Measure"/> has found fit.</summary>
    public static void Write(Span<byte> row, Uuid uuid, Datum[] fields)
    {
        WriteUuid(row, uuid);
        WriteUuid(row[16..], fields[ColumnSchema.VersionIndex - 1].Uuid);
        var at = Head + fields.Length - 1;
        for (var i = 1; i < fields.Length; i++)
        {
            var tag = (byte)Tag(fields[i]);
            var size = SizeOf(tag);
            row[Head + i - 1] = tag;
            WriteAtom(row.Slice(at, size), tag, fields[i]);
            at += size;
        }
    }

    /// <summary>The bytes that a row takes.</summary>
    /// <param name="row">From its beginning on.</param>
    /// <param name="width">Number of its fields.</param>
    public static int Length(ReadOnlySpan<byte> row, int width)
    {
        var size = Head + width - 1;
        foreach (var tag in row.Slice(Head, width - 1))
        {
            size += SizeOf(tag);
        }

        return size;
    }

    /// <summary>The row's UUID.</summary>
    public static Uuid ReadUuid(ReadOnlySpan<byte> row) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(row), BinaryPrimitives.ReadUInt64LittleEndian(row[8..]));

    /// <summary>One field.</summary>
    public static Datum Read(byte[] page, int start, int width, int index)
    {
        if (index == ColumnSchema.VersionIndex - 1)
        {
            return ReadUuid(page.AsSpan(start + 16));
        }

        var tags = page.AsSpan(start + Head, width - 1);
        var at = start + Head + width - 1;
        for (var i = 0; i < index - 1; i++)
        {
            at += SizeOf(tags[i]);
        }

        return ReadAtom(page, at, tags[index - 1]);
    }

    /// <summary>All fields.</summary>
    public static void Read(byte[] page, int start, Datum[] fields)
    {
        fields[ColumnSchema.VersionIndex - 1] = ReadUuid(page.AsSpan(start + 16));
        var at = start + Head + fields.Length - 1;
        for (var i = 1; i < fields.Length; i++)
        {
            var tag = page[start + Head + i - 1];
            fields[i] = ReadAtom(page, at, tag);
            at += SizeOf(tag);
        }
    }

    private static int SizeOf(byte tag) => tag < Text ? Sizes[tag] : tag - Text;

    private static int Tag(Datum value)
    {
        if (!value.IsAtom)
        {
            return value.IsEmpty ? Empty : -1;
        }

        var atom = value.Single;
        return atom.Type switch
        {
            AtomType.Integer => atom.Integer is >= 0 and <= byte.MaxValue ? Byte : atom.Integer is >= int.MinValue and <= int.MaxValue ? Int32 : Int64,
            AtomType.Real => Real,
            AtomType.Boolean => atom.Boolean ? True : False,
            AtomType.Uuid => Reference,
            _ => atom.Utf8.Length <= LongestText ? Text + atom.Utf8.Length : -1,
        };
    }

    private static void WriteAtom(Span<byte> to, byte tag, Datum value)
    {
        switch (tag)
        {
            case Empty or False or True:
                break;
            case Byte:
                to[0] = (byte)value.Integer;
                break;
            case Int32:
                BinaryPrimitives.WriteInt32LittleEndian(to, (int)value.Integer);
                break;
            case Int64:
                BinaryPrimitives.WriteInt64LittleEndian(to, value.Integer);
                break;
            case Real:
                BinaryPrimitives.WriteDoubleLittleEndian(to, value.Real);
                break;
            case Reference:
                WriteUuid(to, value.Uuid);
                break;
            default:
                value.Single.Utf8.CopyTo(to);
                break;
        }
    }

    private static Datum ReadAtom(byte[] page, int at, byte tag) => tag switch
    {
        Empty => Datum.Empty,
        False or True => tag == True,
        Byte => (long)page[at],
        Int32 => (long)BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(at)),
        Int64 => BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(at)),
        Real => BinaryPrimitives.ReadDoubleLittleEndian(page.AsSpan(at)),
        Reference => ReadUuid(page.AsSpan(at)),
        _ => Atom.FromUtf8(page, at, tag - Text),
    };

    private static void WriteUuid(Span<byte> to, Uuid uuid)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, uuid.High);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], uuid.Low);
    }
}
