using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>The frame of Open vSwitch's database files: a line <c>OVSDB JSON length sha1</c>, then that many bytes of JSON.</summary>
/// <remarks>The length and the SHA-1 (40 lower case hexadecimal digits) cover the JSON with its line end.</remarks>
public static class LogRecords
{
    private const int LongestHeader = 128;

    /// <summary>Writes a record, ready to be appended.</summary>
    /// <param name="json">Its JSON; gets its line end.</param>
    /// <param name="record">Where the record is added.</param>
    public static void Frame(JsonWriter json, JsonWriter record)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Span<byte> digits = stackalloc byte[SHA1.HashSizeInBytes * 2];
        json.Raw((byte)'\n');
        Hash(json.Written, hash);
        Convert.TryToHexStringLower(hash, digits, out _);
        record.Raw("OVSDB JSON "u8);
        record.Integer(json.Length);
        record.Raw((byte)' ');
        record.Raw(digits);
        record.Raw((byte)'\n');
        record.Raw(json.Written);
    }

    /// <summary>Takes a file apart.</summary>
    /// <param name="file">The file's content.</param>
    /// <returns>
    /// The JSON of each complete record, how many bytes of the file they take, and what is wrong with the rest: a write that was
    /// interrupted leaves a torn record at the end, which was never acknowledged and is to be cut off.
    /// </returns>
    public static (IReadOnlyList<ReadOnlyMemory<byte>> Records, int GoodLength, string? Problem) Read(ReadOnlyMemory<byte> file)
    {
        var records = new List<ReadOnlyMemory<byte>>();
        var good = 0;
        Span<byte> actual = stackalloc byte[SHA1.HashSizeInBytes];
        while (good < file.Length)
        {
            if (!TryReadHeader(file.Span[good..], out var headerLength, out var length, out var hash))
            {
                return (records, good, $"no record header at byte {good}");
            }

            var body = good + headerLength;
            if (length > file.Length - body)
            {
                return (records, good, $"the record at byte {good} is cut off after {file.Length - body} of {length} bytes");
            }

            Hash(file.Span.Slice(body, length), actual);
            if (!actual.SequenceEqual(hash))
            {
                return (records, good, $"the record at byte {good} does not have the checksum that it states");
            }

            records.Add(file.Slice(body, length));
            good = body + length;
        }

        return (records, good, null);
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> file, out int headerLength, out int length, out byte[] hash)
    {
        length = 0;
        hash = [];
        headerLength = file[..Math.Min(file.Length, LongestHeader)].IndexOf((byte)'\n') + 1;
        var magic = "OVSDB JSON "u8;
        if (headerLength == 0 || !file.StartsWith(magic))
        {
            return false;
        }

        var rest = file[magic.Length..(headerLength - 1)];
        if (!Utf8Parser.TryParse(rest, out length, out var digits) || length < 0 || rest.Length != digits + 41 || rest[digits] != ' ')
        {
            return false;
        }

        hash = new byte[SHA1.HashSizeInBytes];
        return Convert.FromHexString(Encoding.ASCII.GetString(rest[(digits + 1)..]), hash, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    // SHA-1 guards against torn writes here, not against people; the format prescribes it.
#pragma warning disable CA5350
    private static void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => SHA1.HashData(data, hash);
#pragma warning restore CA5350
}
