using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Parquet.Data;
using Parquet.Schema;

namespace Palimpsest.Data.Files;

/// <summary>The values of a column without children, with the levels that say where they stand, read one after the other.</summary>
/// <remarks>The levels are Dremel's (Melnik et al., VLDB 2010): how many of the optional and repeated fields on the way are there, and at which repeated field
/// a new item begins.</remarks>
internal sealed class ParquetLeaf
{
    private readonly DataField _field;
    private readonly RawColumnData _data;
    private int _value;

    /// <param name="field">The column.</param>
    /// <param name="data">What was read of it.</param>
    public ParquetLeaf(DataField field, RawColumnData data)
    {
        (_field, _data) = (field, data);
        Count = field.MaxDefinitionLevel > 0 ? data.DefinitionLevels.Length : field.MaxRepetitionLevel > 0 ? data.RepetitionLevels.Length : ValueCount(data);
    }

    /// <summary>How many entries there are, values and nulls.</summary>
    public int Count { get; }

    /// <summary>The entry that is next.</summary>
    public int At { get; private set; }

    /// <summary>Whether a text so far was not UTF-8; taken back by whoever asks for the next row.</summary>
    public bool HasBadText { get; set; }

    /// <summary>The definition level of the entry that is next.</summary>
    public int Definition => _field.MaxDefinitionLevel > 0 ? _data.DefinitionLevels[At] : 0;

    /// <summary>The repetition level of the entry that is next, -1 behind the last.</summary>
    public int Repetition => At >= Count ? -1 : _field.MaxRepetitionLevel > 0 ? _data.RepetitionLevels[At] : 0;

    /// <summary>Whether a column can be read: texts (annotated or not) and whole numbers.</summary>
    public static bool CanRead(DataField field) => !field.IsArray && (IsBytes(field) || Whole(field));

    /// <summary>Takes an entry: a text, a whole number as its digits, or null.</summary>
    /// <param name="number">Whether it is a number.</param>
    public string? Take(out bool number)
    {
        number = Whole(_field);
        bool there = Definition == _field.MaxDefinitionLevel;
        At++;
        return there ? Value(_value++) : null;
    }

    /// <summary>Passes over an entry of which nothing is there.</summary>
    public void Pass() => At++;

    private static bool IsBytes(DataField field) => field.ClrType == typeof(ReadOnlyMemory<byte>) || field.ClrType == typeof(byte[]);

    private static bool Whole(DataField field) => Type.GetTypeCode(field.ClrType) is >= TypeCode.SByte and <= TypeCode.UInt64;

    private static int ValueCount(RawColumnData data) => data switch
    {
        RawColumnData<ReadOnlyMemory<byte>> bytes => bytes.Values.Length,
        RawColumnData<sbyte> numbers => numbers.Values.Length,
        RawColumnData<byte> numbers => numbers.Values.Length,
        RawColumnData<short> numbers => numbers.Values.Length,
        RawColumnData<ushort> numbers => numbers.Values.Length,
        RawColumnData<int> numbers => numbers.Values.Length,
        RawColumnData<uint> numbers => numbers.Values.Length,
        RawColumnData<long> numbers => numbers.Values.Length,
        RawColumnData<ulong> numbers => numbers.Values.Length,
        _ => throw new InvalidDataException($"a column of {data.GetType()}"),
    };

    private string Value(int index) => _data switch
    {
        RawColumnData<ReadOnlyMemory<byte>> bytes => Text(bytes.Values[index].Span),
        RawColumnData<sbyte> numbers => Digits(numbers.Values[index]),
        RawColumnData<byte> numbers => Digits(numbers.Values[index]),
        RawColumnData<short> numbers => Digits(numbers.Values[index]),
        RawColumnData<ushort> numbers => Digits(numbers.Values[index]),
        RawColumnData<int> numbers => Digits(numbers.Values[index]),
        RawColumnData<uint> numbers => Digits(numbers.Values[index]),
        RawColumnData<long> numbers => Digits(numbers.Values[index]),
        RawColumnData<ulong> numbers => Digits(numbers.Values[index]),
        _ => throw new InvalidDataException($"a column of {_data.GetType()}"),
    };

    private string Text(ReadOnlySpan<byte> bytes)
    {
        HasBadText |= !Utf8.IsValid(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static string Digits<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
