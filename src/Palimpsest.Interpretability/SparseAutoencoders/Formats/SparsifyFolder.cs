using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Data.Safetensors;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders.Formats;

/// <summary>A folder of EleutherAI's sparsify, one a hook point: <c>cfg.json</c> and <c>sae.safetensors</c>. Top-k autoencoders in and out; its transcoders
/// and skip
/// connections are refused.</summary>
public static class SparsifyFolder
{
    internal const string WeightsName = "sae.safetensors";
    private static readonly string[] s_keys = ["activation", "expansion_factor", "normalize_decoder", "num_latents", "k", "multi_topk", "skip_connection",
        "transcode", "d_in"];
    private static readonly (string Theirs, string Ours, bool Transposed)[] s_tensors =
        [("encoder.weight", "W_enc", true), ("encoder.bias", "b_enc", false), ("W_dec", "W_dec", false), ("b_dec", "b_dec", false)];

    /// <summary>Loads a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or asks for what is not supported.</exception>
    public static SparseAutoencoder Load(string folder)
    {
        string path = Path.Combine(folder, SaeLensFolder.ConfigName);
        JsonObject json = SaeJson.ReadObject(path, "A folder of sparsify holds cfg.json and sae.safetensors.");
        if (json.Select(pair => pair.Key).FirstOrDefault(key => !s_keys.Contains(key)) is string unknown)
        {
            throw new PalimpsestException($"{path}: there is no key \"{unknown}\". "
                + $"{(NearestName.Find(unknown, s_keys) is string near ? $"Did you mean {near}? " : "")}"
                + $"Known are {string.Join(", ", s_keys)}.");
        }

        if ((string?)json["activation"] is string activation and not "topk" || (bool?)json["skip_connection"] == true || (bool?)json["transcode"] == true)
        {
            throw new PalimpsestException($"{path}: only top-k autoencoders of sparsify are read; this is one with activation: {json["activation"]}, "
                + $"skip_connection: {json["skip_connection"]} and transcode: {json["transcode"]}.");
        }

        string weights = Path.Combine(folder, WeightsName);
        using SafetensorsFile file = SafetensorsFile.Open(weights);
        int width = (int?)json["d_in"] ?? throw new PalimpsestException($"{path}: d_in is missing.");
        int latents = (int?)json["num_latents"] is int given and > 0 ? given : width * ((int?)json["expansion_factor"] ?? 32);
        SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig
        {
            Options = new TopKOptions { K = (int?)json["k"] ?? 32, RescaleActsByDecoderNorm = false },
            DIn = width,
            DSae = latents,
        });
        try
        {
            Fill(sae, file);
            return sae;
        }
        catch
        {
            sae.Dispose();
            throw;
        }
    }

    /// <summary>Writes a folder.</summary>
    /// <param name="sae">A top-k autoencoder without normalisation whose latents are not scaled.</param>
    /// <param name="folder">Created if needed.</param>
    /// <exception cref="PalimpsestException">It is another one, or the folder cannot be written.</exception>
    public static void Save(SparseAutoencoder sae, string folder)
    {
        ArgumentNullException.ThrowIfNull(sae);
        SaeConfig config = sae.Config;
        if (config.Options is not TopKOptions { RescaleActsByDecoderNorm: false } options || !config.ApplyBDecToInput
            || config.NormalizeActivations != SaeNormalization.None)
        {
            throw new PalimpsestException($"sparsify has only top-k autoencoders that take b_dec off and neither scale nor normalise; this is "
                + $"{config.Architecture}. "
                + "Write it in SAELens's form.");
        }

        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName), [.. s_tensors.Select(item => new TensorSource(item.Theirs, TensorType.F32,
            item.Transposed ? [config.DSae, config.DIn] : sae.Parameters[item.Ours].shape, stream =>
                Write(sae.Parameters[item.Ours], item.Transposed, stream)))]);
        AtomicFile.WriteText(Path.Combine(folder, SaeLensFolder.ConfigName), new JsonObject
        {
            ["activation"] = "topk",
            ["expansion_factor"] = Math.Max(1, config.DSae / config.DIn),
            ["normalize_decoder"] = true,
            ["num_latents"] = config.DSae,
            ["k"] = (int)options.K,
            ["multi_topk"] = false,
            ["skip_connection"] = false,
            ["transcode"] = false,
            ["d_in"] = config.DIn,
        }.ToJsonString());
    }

    private static void Write(Tensor values, bool transposed, Stream stream)
    {
        using Tensor turned = transposed ? values.detach().t().contiguous() : values.detach();
        TensorBytes.Write(turned, ScalarType.Float32, stream);
    }

    private static void Fill(SparseAutoencoder sae, SafetensorsFile file)
    {
        if (file.Entries.Keys.Except(s_tensors.Select(item => item.Theirs)).FirstOrDefault() is string other)
        {
            throw new PalimpsestException($"{file.Path}: \"{other}\" is no tensor of a top-k autoencoder of sparsify, which has "
                + $"{string.Join(", ", s_tensors.Select(item => item.Theirs))}.");
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        foreach ((string theirs, string ours, bool transposed) in s_tensors)
        {
            Tensor read = TensorBytes.Read(file, file[theirs]).to_type(ScalarType.Float32), values = sae.Parameters[ours];
            Tensor turned = transposed ? read.t() : read;
            if (!turned.shape.SequenceEqual(values.shape))
            {
                throw new PalimpsestException($"{file.Path}: \"{theirs}\" is [{string.Join(", ", read.shape)}], which does not fit d_in {sae.Config.DIn} and "
                    + $"{sae.Config.DSae} latents.");
            }

            values.copy_(turned);
        }
    }
}
