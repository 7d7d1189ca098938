using System.Text.Json.Serialization;
using Palimpsest.Training.Checkpoints;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Checkpoints;

public sealed partial class StateFileTests
{
    [Fact]
    public void ReadBack_RecordAndTensorsOfAnyType_HaveTheSameBits()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "round.safetensors");
        using Tensor sum = tensor([1.5f, float.NaN, -0f]), wide = tensor([Math.PI]), codes = arange(0, 7, ScalarType.Byte), none = zeros(0, 4);
        (string, Tensor)[] tensors = [("server/momentum", sum), ("wide", wide), ("codes", codes), ("none", none)];
        StateFile.Write(path, new Round(3, ["ada", "ben"]), RoundJson.Default.Round, tensors);
        StateFile.Write(path, new Round(4, ["cleo"]), RoundJson.Default.Round, tensors);
        Assert.Equal([path], Directory.GetFiles(folder.Path));

        using Tensor sum2 = zeros(3), wide2 = zeros(1, ScalarType.Float64), codes2 = zeros(7, ScalarType.Byte), none2 = zeros(0, 4);
        (string, Tensor)[] empty = [("codes", codes2), ("none", none2), ("server/momentum", sum2), ("wide", wide2)];
        using StateFile file = StateFile.Open(path);
        Round round = file.State(RoundJson.Default.Round);
        file.RequireSame(empty);
        file.Fill(empty);
        Assert.Equal((4, "cleo"), (round.Number, Assert.Single(round.Clients)));
        Assert.All(tensors.Select(item => item.Item2).Zip([sum2, wide2, codes2, none2]), pair =>
            Assert.Equal(OptimData.Bytes(pair.First), OptimData.Bytes(pair.Second)));
        Assert.Contains("belongs to another", Assert.Throws<PalimpsestException>(() => file.RequireSame(empty[1..])).Message, StringComparison.Ordinal);
        file.RequireSame(empty[1..], others: true);
    }

    [Fact]
    public void State_OfAnotherKind_IsRefused()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "state.safetensors");
        Palimpsest.Data.Safetensors.SafetensorsWriter.Write(path, []);
        using (StateFile plain = StateFile.Open(path))
        {
            Assert.Contains("is not a checkpoint", Assert.Throws<PalimpsestException>(() => plain.State(RoundJson.Default.Round)).Message,
                StringComparison.Ordinal);
        }

        Palimpsest.Data.Safetensors.SafetensorsWriter.Write(path, [], new Dictionary<string, string> { ["palimpsest.state"] = "[1, 2]" });
        using StateFile other = StateFile.Open(path);
        Assert.Contains("is not a checkpoint", Assert.Throws<PalimpsestException>(() => other.State(RoundJson.Default.Round)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void RequireWhole_AnyByteIsChanged_IsDamageAndNoChecksumPasses()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "state.safetensors");
        using Tensor values = arange(0, 100, ScalarType.Float32), codes = arange(0, 7, ScalarType.Byte);
        StateFile.Write(path, new Round(3, ["ada"]), RoundJson.Default.Round, [("values", values), ("codes", codes)]);
        byte[] good = File.ReadAllBytes(path);
        using (StateFile file = StateFile.Open(path))
        {
            file.RequireWhole();
        }

        int header = 8 + BitConverter.ToInt32(good), state = good.AsSpan().IndexOf("ada\\"u8);
        foreach (int place in new[] { header, header + 200, good.Length - 1, state })
        {
            byte[] damaged = [.. good];
            damaged[place] ^= 1;
            Palimpsest.Common.AtomicFile.Write(path, stream => stream.Write(damaged));
            using StateFile file = StateFile.Open(path);
            Assert.Contains("its checksum is not the one", Assert.Throws<PalimpsestException>(file.RequireWhole).Message, StringComparison.Ordinal);
        }

        Palimpsest.Data.Safetensors.SafetensorsWriter.Write(path, [], new Dictionary<string, string> { ["palimpsest.state"] = "{}" });
        using StateFile older = StateFile.Open(path);
        older.RequireWhole();
    }

    internal sealed record Round(int Number, IReadOnlyList<string> Clients);

    [JsonSerializable(typeof(Round))]
    internal sealed partial class RoundJson : JsonSerializerContext;
}
