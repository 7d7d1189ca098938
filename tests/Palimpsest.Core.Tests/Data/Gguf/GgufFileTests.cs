using System.Diagnostics;
using System.Text;
using CsCheck;
using Palimpsest.Data.Gguf;

namespace Palimpsest.Tests.Data.Gguf;

public sealed class GgufFileTests
{
    private static readonly byte[] s_floats = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes(i - 2.5f))];

    private static readonly byte[] s_edges = [0, 1, 9, 0x7F, 0x80, 0xFF];

    [Fact]
    public void Open_SmallFile_GivesMetadataAndTensors()
    {
        using GgufFile file = Open(Base());
        Assert.Equal((3, 32, 1), (file.Version, file.Alignment, file.PartCount));
        Assert.Equal("tiny", file.Metadata.Text("general.name"));
        Assert.Equal(7, file.Metadata.Integer("a.count"));
        Assert.Equal(0.5, file.Metadata.Number("a.share"));
        Assert.True(file.Metadata.FindFlag("a.flag"));
        Assert.Equal(["x", "", "é"], file.Metadata.Texts("a.names"));
        Assert.Equal([1L, -2], file.Metadata.FindIntegers("a.ids")!);
        Assert.Null(file.Metadata.FindText("missing"));

        GgufTensor tensor = file["t.weight"];
        Assert.Equal([2L, 3], tensor.Shape);
        Assert.Equal((GgufTensorType.F32, 3, 6, 24), (tensor.Type, tensor.RowLength, tensor.Count, tensor.ByteLength));
        float[] row = new float[3];
        file.Dequantize(tensor, row, firstElement: 3);
        Assert.Equal([0.5f, 1.5f, 2.5f], row);
        Assert.Equal(["t.weight", "q.weight"], file.Tensors.Select(item => item.Name));
        Assert.Null(file.Find("other"));
    }

    [Fact]
    public void Dequantize_AnyStretch_EqualsThatPartOfTheWhole()
    {
        byte[] data = [.. Enumerable.Range(0, 18 * 40_000).Select(i => (byte)(i * 7919 >> 3))];
        using GgufFile file = Open(new GgufBytes().Tensor("q", [64, 20_000], 2, data));
        GgufTensor tensor = file["q"];
        float[] whole = new float[tensor.Count];
        file.Dequantize(tensor, whole);
        Gen.Select(Gen.Int[0, 39_999], Gen.Int[0, 40_000]).Sample(
            (first, count) =>
            {
                float[] part = new float[32 * Math.Min(count, 40_000 - first)];
                file.Dequantize(tensor, part, 32L * first);
                Assert.True(System.Runtime.InteropServices.MemoryMarshal.AsBytes(part.AsSpan()).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(whole.AsSpan(32 * first, part.Length))));
            },
            iter: 40,
            threads: 1);
        Assert.Throws<ArgumentException>(() => file.Dequantize(tensor, new float[33]));
        Assert.Throws<ArgumentException>(() => file.Dequantize(tensor, new float[32], 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Dequantize(tensor, new float[64], tensor.Count - 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(tensor, new byte[2], tensor.ByteLength - 1));
    }

    [Fact]
    public void Dequantize_CodeBookType_IsRefusedByNameAndNumber()
    {
        using GgufFile file = Open(new GgufBytes().Tensor("t", [256], 16, new byte[66]));
        GgufException error = Assert.Throws<GgufException>(() => file.Dequantize(file["t"], new float[256]));
        Assert.Equal(GgufProblem.Unsupported, error.Problem);
        Assert.Contains("type 16 (IQ2_XXS)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_WrongTypesAndMissingKeys_AreNamed()
    {
        using GgufFile file = Open(Base());
        GgufMetadata metadata = file.Metadata;
        Check(GgufProblem.MissingKey, "has no metadata \"b\"", () => metadata.Text("b"));
        Check(GgufProblem.WrongValue, "metadata \"a.count\" is the UInt32 7; it must be a text", () => metadata.Text("a.count"));
        Check(GgufProblem.WrongValue, "\"general.name\" is the text \"tiny\"; it must be a whole number", () => metadata.Integer("general.name"));
        Check(GgufProblem.WrongValue, "\"a.names\" is an array of 3 String; it must be a floating-point number", () => metadata.Number("a.names"));
        Check(GgufProblem.WrongValue, "it must be from 8 to 9", () => metadata.Integer("a.count", 8, 9));
        Check(GgufProblem.WrongValue, "it must be an array of texts", () => metadata.Texts("a.ids"));
        Check(GgufProblem.WrongValue, "it must be a truth value", () => metadata.FindFlag("a.count"));
        Check(GgufProblem.WrongValue, "it must be an array of whole numbers", () => metadata.FindIntegers("a.names"));
        Check(GgufProblem.WrongValue, "it must be an array of Float32", () => metadata.FindNumbers("a.ids"));
        Check(GgufProblem.MissingTensor, "has no tensor \"b\"", () => _ = file["b"]);
    }

    public static IEnumerable<TheoryDataRow<string, GgufProblem>> Broken() =>
    [
        new("magic", GgufProblem.BadMagic), new("version 1", GgufProblem.UnsupportedVersion), new("version 4", GgufProblem.UnsupportedVersion), new("big-endian", GgufProblem.WrongByteOrder),
        new("values", GgufProblem.Truncated), new("tensors", GgufProblem.Truncated), new("empty key", GgufProblem.BadKey), new("long key", GgufProblem.BadKey), new("key twice", GgufProblem.DuplicateKey),
        new("key utf-8", GgufProblem.InvalidUtf8), new("text utf-8", GgufProblem.InvalidUtf8), new("bool", GgufProblem.BadBool), new("value type", GgufProblem.UnknownValueType), new("item type", GgufProblem.UnknownValueType),
        new("nesting", GgufProblem.NestingTooDeep), new("items", GgufProblem.Truncated), new("text length", GgufProblem.Truncated), new("alignment 24", GgufProblem.BadAlignment), new("alignment text", GgufProblem.BadAlignment),
        new("tensor twice", GgufProblem.DuplicateTensor), new("tensor name", GgufProblem.NameTooLong), new("no dims", GgufProblem.BadDims), new("five dims", GgufProblem.BadDims), new("zero dim", GgufProblem.BadDims),
        new("product", GgufProblem.SizeOverflow), new("bytes", GgufProblem.SizeOverflow), new("row", GgufProblem.BadRowSize), new("type", GgufProblem.UnknownTensorType), new("misaligned", GgufProblem.MisalignedOffset),
        new("overlap", GgufProblem.OverlappingTensors), new("offset", GgufProblem.Truncated), new("wrap", GgufProblem.Truncated),
    ];

    [Theory, MemberData(nameof(Broken))]
    public void Open_BrokenFile_GivesTheReason(string fault, GgufProblem expected)
    {
        GgufBytes file = Base();
        byte[] array = [9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        _ = fault switch
        {
            "version 1" => file.Version = 1,
            "version 4" => file.Version = 4,
            "big-endian" => file.Version = 0x03000000,
            "values" => file.ValueCount = ulong.MaxValue,
            "tensors" => file.TensorCount = 1UL << 40,
            "empty key" => file.Raw("", 0, [1]),
            "long key" => file.Raw(new string('k', 65_536), 0, [1]),
            "key twice" => file.Add("a.count", 8u),
            "key utf-8" => file.Raw([0x61, 0xFE], 0, [1]),
            "text utf-8" => file.Raw("b", 8, [2, 0, 0, 0, 0, 0, 0, 0, 0xC3, 0x28]),
            "bool" => file.Raw("b", 7, [2]),
            "value type" => file.Raw("b", 13, [1]),
            "item type" => file.Raw("b", 9, GgufBytes.Items(14)),
            "nesting" => file.Raw("b", 9, [.. Enumerable.Repeat(array, 9).SelectMany(item => item), .. GgufBytes.Items(0)]),
            "items" => file.Raw("b", 9, [.. BitConverter.GetBytes(4u), .. BitConverter.GetBytes((1UL << 62) + 1)]),
            "text length" => file.Raw("b", 8, BitConverter.GetBytes(1UL << 63)),
            "alignment 24" => file.Add("general.alignment", 24u),
            "alignment text" => file.Add("general.alignment", "32"),
            "tensor twice" => file.Tensor("t.weight", [1], 0, new byte[4]),
            "tensor name" => file.Tensor(new string('n', 65), [1], 0, new byte[4]),
            "no dims" => file.Tensor("u", [], 0, new byte[4]),
            "five dims" => file.Tensor("u", [1, 1, 1, 1, 1], 0, new byte[4]),
            "zero dim" => file.Tensor("u", [4, 0], 0, new byte[4]),
            "product" => file.Tensor("u", [1UL << 32, 1UL << 32], 0, new byte[4]),
            "bytes" => file.Tensor("u", [1UL << 62], 0, new byte[4]),
            "row" => file.Tensor("u", [16, 4], 8, new byte[68]),
            "type" => file.Tensor("u", [1], 4, new byte[4]),
            "misaligned" => file.Tensor("u", [1], 0, new byte[4], offset: 33),
            "overlap" => file.Tensor("u", [1], 0, new byte[4], offset: 32),
            "offset" => file.Tensor("u", [1], 0, new byte[4], offset: 1 << 20),
            "wrap" => file.Tensor("u", [1], 0, new byte[4], offset: ulong.MaxValue - 31),
            _ => (object)fault,
        };
        byte[] bytes = file.ToArray();
        bytes[0] ^= fault == "magic" ? (byte)0x20 : (byte)0;
        Check(expected, "", () => Open(bytes).Dispose());
    }

    [Fact]
    public void Open_MissingFile_SaysSo() => Assert.Equal(GgufProblem.CannotOpen, Assert.Throws<GgufException>(() => GgufFile.Open(Path.Combine(Path.GetTempPath(), "no-such-file.gguf"))).Problem);

    [Fact]
    public void Open_EveryProperPrefix_IsTruncated()
    {
        byte[] bytes = Base().ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            Check(GgufProblem.Truncated, "truncated", () => Open(bytes[..length]).Dispose());
        }
    }

    [Fact]
    public void Open_MutatedFiles_FailOnlyInTheOneWayAndAllocateLittle()
    {
        byte[] original = Base().Raw("n", 9, GgufBytes.Items(9, GgufBytes.Items(8, GgufBytes.Text("a")), GgufBytes.Items(12, new byte[8]))).ToArray();
        int refused = 0;
        using TemporaryFile temporary = new();
        Gen.Select(Gen.Select(Gen.Int[0, original.Length - 1], Gen.OneOf(Gen.Byte, Gen.Int[0, 5].Select(i => s_edges[i]))).Array[1, 4], Gen.Int[0, 400]).Sample(
            (changes, cut) =>
            {
                byte[] bytes = original[..^Math.Max(0, cut - 300)];
                foreach ((int at, byte value) in changes.Where(change => change.Item1 < bytes.Length))
                {
                    bytes[at] = value;
                }

                Write(temporary.Path, bytes);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    using GgufFile file = GgufFile.Open(temporary.Path);
                    Assert.All(file.Tensors, tensor => file.Read(tensor, new byte[tensor.ByteLength]));
                }
                catch (GgufException)
                {
                    refused++;
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000);
            },
            iter: 4000,
            threads: 1);
        Assert.NotEqual(0, refused);
    }

    [Fact]
    public void Open_ManyEmptyNestedArrays_StaysSmallAndQuick()
    {
        byte[] items = [.. Enumerable.Repeat(GgufBytes.Items(0), 50_000).SelectMany(item => item)];
        byte[] bytes = new GgufBytes().Raw("n", 9, [.. BitConverter.GetBytes(9u), .. BitConverter.GetBytes(50_000UL), .. items]).ToArray();
        Stopwatch watch = Stopwatch.StartNew();
        using GgufFile file = Open(bytes);
        Assert.Equal(50_000, Assert.IsType<GgufArray>(file.Metadata.Values["n"].Content).Items.Length);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Open_SplitFile_IsFoundFromEveryPartAndCheckedAsAWhole()
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest-").FullName;
        string[] paths = [.. Enumerable.Range(0, 2).Select(i => Path.Combine(folder, $"m-0000{i + 1}-of-00002.gguf"))];
        Write(paths[0], Part(0, 2, 2).Add("general.name", "first").Tensor("a", [6], 0, s_floats).ToArray());
        Write(paths[1], Part(1, 2, 2).Tensor("b", [6], 0, s_floats).ToArray());
        foreach (string path in paths)
        {
            using GgufFile file = GgufFile.Open(path);
            Assert.Equal("first", file.Metadata.Text("general.name"));
            float[] values = new float[6];
            file.Dequantize(file["b"], values);
            Assert.Equal(-2.5f, values[0]);
            Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        }

        Write(paths[1], Part(1, 2, 2).Tensor("a", [6], 0, s_floats).ToArray());
        Check(GgufProblem.DuplicateTensor, "stands in two parts", () => GgufFile.Open(paths[0]).Dispose());
        Write(paths[1], Part(1, 2, 2).ToArray());
        Check(GgufProblem.BadSplit, "hold 2 tensors; they hold 1", () => GgufFile.Open(paths[0]).Dispose());
        Write(paths[1], Part(0, 2, 2).Tensor("b", [6], 0, s_floats).ToArray());
        Check(GgufProblem.BadSplit, "says that it is part 1 of 2; by its name it is part 2 of 2", () => GgufFile.Open(paths[0]).Dispose());
        File.Move(paths[0], Path.Combine(folder, "renamed.gguf"));
        Check(GgufProblem.BadSplit, "must end in \"-00001-of-00002.gguf\"", () => GgufFile.Open(Path.Combine(folder, "renamed.gguf")).Dispose());
        Write(paths[0], Part(0, 2, 2).Tensor("a", [6], 0, s_floats).ToArray());
        File.Delete(paths[1]);
        Check(GgufProblem.CannotOpen, "m-00002-of-00002.gguf", () => GgufFile.Open(paths[0]).Dispose());
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Opens bytes as a file, which is removed at once: on Unix an open file stays readable.</summary>
    internal static GgufFile Open(byte[] bytes)
    {
        using TemporaryFile temporary = new(bytes);
        return GgufFile.Open(temporary.Path);
    }

    internal static GgufFile Open(GgufBytes bytes) => Open(bytes.ToArray());

    internal static void Check(GgufProblem problem, string message, Action action)
    {
        GgufException error = Assert.Throws<GgufException>(action);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(problem, error.Problem);
    }

    private static GgufBytes Base() => new GgufBytes()
        .Add("general.name", "tiny").Add("a.count", 7u).Add("a.share", 0.5f).Add("a.flag", true).Add("a.names", "x", "", "é").Add("a.ids", 1, -2)
        .Tensor("t.weight", [3, 2], 0, s_floats).Tensor("q.weight", [32, 1], 8, [.. Encoding.ASCII.GetBytes(new string('q', 34))]);

    private static GgufBytes Part(ushort number, ushort count, int tensors) =>
        new GgufBytes().Raw("split.no", 2, BitConverter.GetBytes(number)).Raw("split.count", 2, BitConverter.GetBytes(count)).Raw("split.tensors.count", 5, BitConverter.GetBytes(tensors));

    private static void Write(string path, byte[] bytes)
    {
        using FileStream stream = File.Create(path);
        stream.Write(bytes);
    }
}
