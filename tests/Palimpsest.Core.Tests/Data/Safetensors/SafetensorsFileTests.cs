using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Palimpsest.Data.Safetensors;

namespace Palimpsest.Tests.Data.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void WriteAndRead_AnyTensors_GiveTheSameBytes() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5], Gen.Byte.Array[0, 90]).Array[0, 6].Sample(
            items =>
            {
                (string Name, TensorType Type, long[] Shape, byte[] Bytes)[] tensors = [.. items.Select((item, i) =>
                {
                    TensorType type = (TensorType)item.Item1;
                    int count = item.Item3.Length / TensorEntry.SizeOf(type);
                    return ($"t{i}\"é", type, item.Item2 == 0 ? new long[] { count } : [1, count], item.Item3[..(count * TensorEntry.SizeOf(type))]);
                })];
                SafetensorsWriter.Write(_path, [.. tensors.Select(t => new TensorSource(t.Name, t.Type, t.Shape, stream => stream.Write(t.Bytes)))], new Dictionary<string, string> { ["k"] = "v\n" });
                using SafetensorsFile file = SafetensorsFile.Open(_path);
                Assert.Equal(tensors.Length, file.Entries.Count);
                Assert.Equal("v\n", file.Metadata["k"]);
                foreach ((string name, TensorType type, long[] shape, byte[] bytes) in tensors)
                {
                    byte[] read = new byte[file[name].ByteLength];
                    file.Read(file[name], read);
                    Assert.Equal(bytes, read);
                    Assert.Equal(type, file[name].Type);
                    Assert.Equal(shape, file[name].Shape);
                }
            },
            iter: 60,
            threads: 1);

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "truncated")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "4 bytes after the last tensor")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "overlaps")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "gap of 4 bytes before tensor \"a\"")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "F32 [3] takes 12")]
    [InlineData("{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "\"F31\"; known are F32")]
    [InlineData("{\"a\":{\"dtype\":\"3\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "\"3\"; known are F32")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", 8, "impossible shape [-1]")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "impossible shape")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "bytes 8 to 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "without a proper dtype, shape and data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"scale\":0.5}}", 8, "says \"scale\" of tensor \"a\"; known are dtype")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "not an object of strings")]
    [InlineData("[1]", 0, "not a JSON object")]
    [InlineData("{\"a\":", 0, "not valid JSON")]
    [InlineData("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "half of a surrogate pair")]
    [InlineData("{\"a\":{\"dtype\":\"\\udc00\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "half of a surrogate pair")]
    [InlineData("{\"__metadata__\":{\"a\":\"x\\ud800y\"}}", 0, "half of a surrogate pair")]
    public void Open_BrokenFile_NamesTheRule(string header, int dataLength, string expected)
    {
        Write((ulong)Encoding.UTF8.GetByteCount(header), header, dataLength);
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => SafetensorsFile.Open(_path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001UL)]
    [InlineData(40UL)]
    public void Open_ImpossibleHeaderLength_IsRefusedBeforeAllocation(ulong length)
    {
        Write(length, "{}", 8);
        Assert.Contains("header claims", Assert.Throws<PalimpsestException>(() => SafetensorsFile.Open(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MutatedHeaders_NeverFailInAnotherWay() =>
        Gen.Select(Gen.Int[0, 80], Gen.Byte, Gen.Int[0, 120]).Sample(
            (at, value, keep) =>
            {
                const string header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[8,9]}}";
                byte[] bytes = [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[9]];
                bytes[at] = value;
                using (FileStream stream = File.Create(_path))
                {
                    stream.Write(bytes.AsSpan(0, Math.Max(0, bytes.Length - Math.Max(0, keep - 100))));
                }

                try
                {
                    using SafetensorsFile file = SafetensorsFile.Open(_path);
                    Assert.All(file.Entries.Values, entry => file.Read(entry, new byte[entry.ByteLength]));
                }
                catch (PalimpsestException error)
                {
                    Assert.StartsWith(_path, error.Message, StringComparison.Ordinal);
                }
            },
            iter: 3000,
            threads: 1);

    [Fact]
    public void Write_FailsInTheMiddle_LeavesTheOldFileAndNoOther()
    {
        SafetensorsWriter.Write(_path, [new TensorSource("a", TensorType.U8, [1], stream => stream.WriteByte(7))]);
        byte[] before = File.ReadAllBytes(_path);
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(_path, [new TensorSource("a", TensorType.U8, [2], stream => stream.WriteByte(1))]));
        Assert.Equal(before, File.ReadAllBytes(_path));
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(_path)!), name => name.StartsWith(_path, StringComparison.Ordinal) && name != _path);
    }

    public void Dispose() => File.Delete(_path);

    private void Write(ulong headerLength, string header, int dataLength)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, headerLength);
        using FileStream stream = File.Create(_path);
        stream.Write([.. prefix, .. Encoding.UTF8.GetBytes(header), .. new byte[dataLength]]);
    }
}
