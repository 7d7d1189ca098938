using System.Runtime.InteropServices;

namespace Palimpsest.Data.Gguf;

/// <summary>Reads metadata values.</summary>
internal static class GgufValueReader
{
    // llama.cpp allows no nesting at all; files with two levels are known.
    private const int Deepest = 8;

    public static GgufValue Read(GgufByteReader reader, string key)
    {
        GgufValueType type = Type(reader, key);
        object content = type switch
        {
            GgufValueType.Array => Items(reader, key, 1),
            GgufValueType.String => Text(reader, $"a text of \"{key}\""),
            _ => Numbers(reader, type, 1, key).GetValue(0)!,
        };
        return new GgufValue(type, content);
    }

    private static GgufValueType Type(GgufByteReader reader, string key)
    {
        uint type = reader.U32($"the type of \"{key}\"");
        return type <= (uint)GgufValueType.Float64
            ? (GgufValueType)type
            : throw reader.Bad(GgufProblem.UnknownValueType, $"gives \"{key}\" the value type {type}; known are 0 to {(int)GgufValueType.Float64}");
    }

    private static GgufArray Items(GgufByteReader reader, string key, int depth)
    {
        if (depth > Deepest)
        {
            throw reader.Bad(GgufProblem.NestingTooDeep, $"nests the arrays of \"{key}\" deeper than {Deepest}");
        }

        GgufValueType type = Type(reader, key);
        int count = reader.Count(reader.U64($"the length of \"{key}\""), SmallestSize(type), $"items of \"{key}\"");
        switch (type)
        {
            case GgufValueType.String:
                string[] texts = new string[count];
                string what = $"a text of \"{key}\"";
                for (int i = 0; i < count; i++)
                {
                    texts[i] = Text(reader, what);
                }

                return new GgufArray(type, texts);
            case GgufValueType.Array:
                GgufArray[] arrays = new GgufArray[count];
                for (int i = 0; i < count; i++)
                {
                    arrays[i] = Items(reader, key, depth + 1);
                }

                return new GgufArray(type, arrays);
            default:
                return new GgufArray(type, Numbers(reader, type, count, key));
        }
    }

    private static string Text(GgufByteReader reader, string what) => reader.Text(reader.TextLength(what), what);

    private static int SmallestSize(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.Array => 12,
        _ => 8,
    };

    private static Array Numbers(GgufByteReader reader, GgufValueType type, int count, string key) => type switch
    {
        GgufValueType.UInt8 => Numbers<byte>(reader, count, key),
        GgufValueType.Int8 => Numbers<sbyte>(reader, count, key),
        GgufValueType.UInt16 => Numbers<ushort>(reader, count, key),
        GgufValueType.Int16 => Numbers<short>(reader, count, key),
        GgufValueType.UInt32 => Numbers<uint>(reader, count, key),
        GgufValueType.Int32 => Numbers<int>(reader, count, key),
        GgufValueType.Float32 => Numbers<float>(reader, count, key),
        GgufValueType.UInt64 => Numbers<ulong>(reader, count, key),
        GgufValueType.Int64 => Numbers<long>(reader, count, key),
        GgufValueType.Float64 => Numbers<double>(reader, count, key),
        _ => Flags(reader, count, key),
    };

    private static T[] Numbers<T>(GgufByteReader reader, int count, string key)
        where T : unmanaged
    {
        T[] numbers = new T[count];
        Span<byte> bytes = MemoryMarshal.AsBytes(numbers.AsSpan());
        reader.Fill(bytes, $"\"{key}\"");
        return numbers;
    }

    private static bool[] Flags(GgufByteReader reader, int count, string key)
    {
        byte[] bytes = Numbers<byte>(reader, count, key);
        int bad = bytes.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)1);
        return bad < 0 ? Array.ConvertAll(bytes, value => value == 1) : throw reader.Bad(GgufProblem.BadBool, $"has the truth value {bytes[bad]} in \"{key}\"; it must be 0 or 1");
    }
}
