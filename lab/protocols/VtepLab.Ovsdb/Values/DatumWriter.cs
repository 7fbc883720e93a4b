namespace VtepLab.Ovsdb;

/// <summary>Values in their JSON notation (RFC 7047 section 5.1).</summary>
public static class DatumWriter
{
    /// <summary>Writes the value of a column; a set of one member as the bare member.</summary>
    public static void Write(this JsonWriter writer, Datum datum, ColumnType type)
    {
        var count = datum.Count;
        if (count == 1 && !type.IsMap)
        {
            writer.Write(datum.Key(0));
            return;
        }

        writer.Raw(type.IsMap ? "[\"map\",["u8 : "[\"set\",["u8);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                writer.Raw((byte)',');
            }

            if (!type.IsMap)
            {
                writer.Write(datum.Key(i));
                continue;
            }

            writer.Raw((byte)'[');
            writer.Write(datum.Key(i));
            writer.Raw((byte)',');
            writer.Write(datum.Value(i));
            writer.Raw((byte)']');
        }

        writer.Raw("]]"u8);
    }

    /// <summary>Writes an atom.</summary>
    public static void Write(this JsonWriter writer, Atom atom)
    {
        switch (atom.Type)
        {
            case AtomType.Integer:
                writer.Integer(atom.Integer);
                break;
            case AtomType.Real:
                writer.Real(atom.Real);
                break;
            case AtomType.Boolean:
                writer.Boolean(atom.Boolean);
                break;
            case AtomType.String:
                writer.String(atom.Utf8);
                break;
            default:
                writer.Uuid(atom.Uuid);
                break;
        }
    }

    /// <summary>Reads the value of a column from its notation; row names (<c>named-uuid</c>) are not allowed.</summary>
    /// <exception cref="OvsdbErrorException">The notation is wrong or the value is not permitted.</exception>
    public static Datum ReadDatum(this JsonValue json, ColumnType type) => DatumReader.Read(json, type);
}
