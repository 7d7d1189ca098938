using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>Folders of other programs, and what is refused.</summary>
public sealed class SaeFormatTests
{
    public static TheoryData<string> Formats => SaeGolden.Root is string root
        ? [.. Directory.GetFiles(Path.Combine(root, "formats"), "cfg.json", SearchOption.AllDirectories).Select(file => Path.GetDirectoryName(file)!)
        .Order(StringComparer.Ordinal)] : [];

    public static TheoryData<string> Inits => SaeGolden.Root is string root ? [Path.Combine(root, "init")] : [];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Formats))]
    public void Load_EveryForm_ReadsAsTheReferenceSays(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using SaeGolden golden = new(Path.Combine(SaeGolden.Root!, "formats"));
        string name = Path.GetRelativePath(golden.Folder, folder).Split(Path.DirectorySeparatorChar)[0];
        if (golden.Json[name]?["error"] is not null)
        {
            Assert.Contains("scaling_factor", Assert.Throws<PalimpsestException>(() => SaeFolder.Load(folder)).Message, StringComparison.Ordinal);
            return;
        }

        using SparseAutoencoder sae = SaeFolder.Load(folder);
        SaeCode code = sae.Encode(golden["x"]);
        golden.Close(code.Acts, name + ".acts", 2e-6);
        if (golden.Has(name + ".recon"))
        {
            golden.Close(sae.Output(code), name + ".recon", 2e-6);
        }

        if (golden.Has(name + ".threshold"))
        {
            golden.Close(sae.Parameters["threshold"], name + ".threshold", 2e-6);
        }

        Assert.Equal(golden.Json[name]?["loaded_dtype"]?.ToString() ?? sae.Config.Dtype, sae.Config.Dtype);
        if (golden.Json[name]?["tensors_after_load"] is JsonArray tensors)
        {
            Assert.Equal(tensors.Select(tensor => tensor!.ToString()), sae.Parameters.Layout.Slots.Select(slot => slot.Name).Order(StringComparer.Ordinal));
        }

        if (golden.Json[name]?["config_after_defaulting"] is JsonObject expected)
        {
            CheckConfig(expected, sae.Config);
        }

        using TemporaryFolder to = new();
        if (name == "sparsify")
        {
            SparsifyFolder.Save(sae, to.Path);
            SaeGoldenTests.SameBytes(Path.Combine(folder, SparsifyFolder.WeightsName), Path.Combine(to.Path, SparsifyFolder.WeightsName));
        }
        else if (name.StartsWith("dtype-", StringComparison.Ordinal))
        {
            SaeLensFolder.Save(sae, to.Path);
            SaeGoldenTests.SameBytes(Path.Combine(folder, SaeLensFolder.WeightsName), Path.Combine(to.Path, SaeLensFolder.WeightsName));
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Formats))]
    public void Read_ConfigurationsThatAreOnlyListed_BecomeThoseOfToday(string folder)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(SaeGolden.Root!, "formats", "expected.json")))!;
        Assert.NotEmpty(folder);
        foreach ((string name, JsonNode? entry) in json.AsObject().Where(pair => pair.Value?["input"] is not null))
        {
            CheckConfig(entry!["config_after_defaulting"]!.AsObject(), SaeConfigFile.Read(entry["input"]!.AsObject(), name));
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Inits))]
    public void Create_Seed_GivesTheWeightsOfTheReference(string folder)
    {
        using SaeGolden golden = new(folder);
        foreach ((string name, JsonNode? entry) in golden.Json["cases"]!.AsObject())
        {
            using DisposeScope scope = NewDisposeScope();
            using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig
            {
                Options = new StandardOptions { DecoderInitNorm = (double?)entry!["decoder_init_norm"] },
                DIn = (int)golden.Json["d_in"]!,
                DSae = (int)golden.Json["d_sae"]!,
                IsTraining = true,
            }, (long)entry["seed"]!);
            Tensor expected = golden[name + ".W_dec"];
            Assert.Equal(0, Ops.Number(Ops.Subtract(sae.Decoder, expected).abs().max()));
            Assert.Equal(0, Ops.Number(Ops.Subtract(sae.Parameters["W_enc"], expected.t()).abs().max()));
            foreach ((JsonNode? wanted, float norm) in entry["row_norms"]!.AsArray().Zip(TensorBytes.ToArray(sae.Decoder.norm(1, keepdim: false, p: 2))))
            {
                SaeGolden.Near((double)wanted!, norm, 1e-6, name);
            }

        }
    }

    [Theory]
    [InlineData("""{ "architecture": "standrad", "d_in": 4, "d_sae": 8 }""", "Did you mean standard?")]
    [InlineData("""{ "architecture": "standard", "d_in": 4, "d_sae": 8, "decoder_init_norm": 0.1, "l1_coeficient": 1 }""", "Did you mean l1_coefficient?")]
    [InlineData("""{ "architecture": "topk", "d_in": 4, "d_sae": 8, "k": 9 }""", "k is 9, but there are 8 latents")]
    [InlineData("""{ "architecture": "standard", "d_in": 4, "d_sae": 8, "normalize_activations": "layernorm" }""", "Known are none")]
    [InlineData("""{ "architecture": "standard", "d_in": 4 }""", "d_sae is missing")]
    [InlineData("""{ "architecture": "standard", "d_in": 4, "d_sae": 8, "dtype": "int8" }""", "dtype is \"int8\"")]
    [InlineData("""{ "architecture": "topk", "d_in": 4, "d_sae": 8, "k": "many" }""", "wrong type")]
    [InlineData("""{ "architecture": 3, "d_in": 4, "d_sae": 8 }""", "wrong type")]
    [InlineData("""{ "architecture": "topk", "d_in": 4, "d_sae": 8, "k": 3, "metadata": { "sae_lens_version": "6.54.12", "hook_name": 3 } }""", "wrong type")]
    public void Read_Mistakes_AreNamed(string text, string expected)
    {
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        json["metadata"] ??= new JsonObject { ["sae_lens_version"] = "6.54.12" };
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(() => SaeConfigFile.Read(json, "cfg.json")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DamagedFolders_AreRefusedByName()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("no such folder", Assert.Throws<PalimpsestException>(() => SaeFolder.Load(Path.Combine(folder.Path, "none"))).Message,
            StringComparison.Ordinal);
        using SparseAutoencoder sae = SaeArchitectures.Create(Tiny(new StandardOptions()), 1);
        SaeLensFolder.Save(sae, folder.Path);
        string config = Path.Combine(folder.Path, "cfg.json"), text = File.ReadAllText(config);
        foreach ((string from, string to, string message) in new[]
        {
            ("\"architecture\":\"standard\"", "\"architecture\":\"jumprelu\"", "needs a tensor \"threshold\""),
            ("\"d_sae\":8", "\"d_sae\":9", "needs [4, 9]"),
        })
        {
            File.WriteAllLines(config, [text.Replace(from, to, StringComparison.Ordinal)
                .Replace("\"l1_coefficient\":1,\"lp_norm\":1,\"l1_warm_up_steps\":0,", "", StringComparison.Ordinal)]);
            Assert.Contains(message, Assert.Throws<PalimpsestException>(() => SaeFolder.Load(folder.Path)).Message, StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(folder.Path, SaeLensFolder.WeightsName));
        Assert.Contains("no such file", Assert.Throws<PalimpsestException>(() => SaeFolder.Load(folder.Path)).Message, StringComparison.Ordinal);
        using (Tensor whole = ones(8, ScalarType.Int32))
        {
            SaeLensFolder.Save(sae, folder.Path);
            string weights = Path.Combine(folder.Path, SaeLensFolder.WeightsName);
            TensorSource[] odd = [.. sae.Parameters.Layout.Slots.Select(slot => slot.Name == "b_enc"
                ? new TensorSource(slot.Name, TensorType.I32, [8], stream => TensorBytes.Write(whole,
                    ScalarType.Int32, stream))
                : new TensorSource(slot.Name, TensorType.F32, sae.Parameters[slot.Name].shape,
                    stream => TensorBytes.Write(sae.Parameters[slot.Name], ScalarType.Float32, stream)))];
            SafetensorsWriter.Write(weights, odd);
            Assert.Contains("holds I32", Assert.Throws<PalimpsestException>(() => SaeFolder.Load(folder.Path)).Message, StringComparison.Ordinal);
        }

        using (no_grad())
        {
            sae.Parameters["b_dec"].fill_(Scalars.Of(double.NaN));
        }

        SaeLensFolder.Save(sae, folder.Path);
        Assert.Contains("NaN", Assert.Throws<PalimpsestException>(() => SaeFolder.Load(folder.Path)).Message, StringComparison.Ordinal);
        using Tensor wrong = zeros(2, 5);
        Assert.Contains("width of 5", Assert.Throws<PalimpsestException>(() => sae.Encode(wrong)).Message, StringComparison.Ordinal);
    }

    internal static SaeConfig Tiny(SaeOptions options) => new() { Options = options, DIn = 4, DSae = 8, IsTraining = true };

    private static void CheckConfig(JsonObject expected, SaeConfig config)
    {
        JsonObject actual = SaeConfigFile.Write(config);
        foreach ((string key, JsonNode? value) in expected.Where(pair => pair.Key is not ("metadata" or "device")))
        {
            string wanted = value!.ToString().Replace("torch.", "", StringComparison.Ordinal);
            Assert.Equal((key, wanted), (key, actual[key]!.ToString()));
        }

        foreach ((string key, JsonNode? value) in expected["metadata"]!.AsObject())
        {
            Assert.Equal((key, value?.ToString()), (key, config.Metadata[key]?.ToString()));
        }
    }
}
