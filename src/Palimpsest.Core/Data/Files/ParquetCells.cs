using System.Buffers;
using System.Text.Json;
using Parquet.Schema;

namespace Palimpsest.Data.Files;

/// <summary>Puts the rows of a column together from its leaves: texts and numbers as they are, lists and structs as JSON.</summary>
internal sealed class ParquetCells(Field field, IReadOnlyDictionary<string, ParquetLeaf> leaves)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What is in the way of reading a column: null, or the kind of value that it holds.</summary>
    public static string? Hindrance(Field field) => field switch
    {
        ListField list => Hindrance(list.Item),
        StructField parts => parts.Fields.Select(Hindrance).FirstOrDefault(kind => kind is not null),
        DataField leaf when ParquetLeaf.CanRead(leaf) => null,
        DataField leaf => $"{leaf.ClrType.Name}{(leaf.IsArray ? " lists without a list's annotation" : "")}",
        _ => $"a nested value ({field.SchemaType})",
    };

    /// <summary>The columns without children in a field.</summary>
    public static IEnumerable<DataField> LeavesOf(Field field) => field switch
    {
        ListField list => LeavesOf(list.Item),
        StructField parts => parts.Fields.SelectMany(LeavesOf),
        _ => [(DataField)field],
    };

    /// <summary>The rows.</summary>
    /// <param name="rows">How many there are.</param>
    /// <param name="bad">Gets the rows with a text that is not UTF-8.</param>
    public RowCell[] Read(int rows, HashSet<int> bad)
    {
        List<RowCell> cells = [];
        while (cells.Count < rows)
        {
            cells.Add(Next());
            foreach (ParquetLeaf leaf in leaves.Values.Where(leaf => leaf.HasBadText))
            {
                bad.Add(cells.Count - 1);
                leaf.HasBadText = false;
            }
        }

        return leaves.Values.All(leaf => leaf.At == leaf.Count) ? [.. cells] : throw new InvalidDataException("a column has more values than rows");
    }

    private RowCell Next()
    {
        if (field is DataField)
        {
            string? value = leaves[field.Path.ToString()].Take(out bool number);
            return number && value is not null
                ? RowCell.Of(JsonSerializer.SerializeToElement(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)))
                : new RowCell(value, default);
        }

        _bytes.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_bytes))
        {
            Write(json, field);
        }

        using JsonDocument document = JsonDocument.Parse(_bytes.WrittenMemory);
        return RowCell.Of(document.RootElement.Clone());
    }

    private void Write(Utf8JsonWriter json, Field part)
    {
        ParquetLeaf[] below = [.. LeavesOf(part).Select(leaf => leaves[leaf.Path.ToString()])];
        switch (part)
        {
            // A list's level counts its items too: one less, and it is empty; two less, and it is not there.
            case ListField list when below[0].Definition < list.MaxDefinitionLevel:
                if (list.IsNullable && below[0].Definition < list.MaxDefinitionLevel - 1)
                {
                    json.WriteNullValue();
                }
                else
                {
                    json.WriteStartArray();
                    json.WriteEndArray();
                }

                Array.ForEach(below, leaf => leaf.Pass());
                return;
            case ListField list:
                json.WriteStartArray();
                do
                {
                    Write(json, list.Item);
                }
                while (below[0].Repetition == list.MaxRepetitionLevel);
                json.WriteEndArray();
                return;
            case StructField parts when parts.IsNullable && below[0].Definition < parts.MaxDefinitionLevel:
                json.WriteNullValue();
                Array.ForEach(below, leaf => leaf.Pass());
                return;
            case StructField parts:
                json.WriteStartObject();
                foreach (Field child in parts.Fields)
                {
                    json.WritePropertyName(child.Name);
                    Write(json, child);
                }

                json.WriteEndObject();
                return;
            default:
                string? value = below[0].Take(out bool number);
                if (value is null || !number)
                {
                    json.WriteStringValue(value);
                }
                else
                {
                    json.WriteRawValue(value);
                }

                return;
        }
    }
}
