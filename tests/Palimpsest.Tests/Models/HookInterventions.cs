using System.Globalization;
using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>What the reference set for hooks puts in the place of a tensor [batch, time, width]; the codes are those of the sparse autoencoders beside
/// it.</summary>
internal sealed class HookInterventions(string folder, References references, JsonNode json)
{
    private readonly SparseCode _topK = new(Path.Combine(folder, "..", "..", "topk"), "k"), _standard = new(Path.Combine(folder, "..", "..", "standard"), null);

    public Func<Tensor, Tensor> this[string name] => name switch
    {
        "clean" => x => x,
        "zero" => x => zeros_like(x),
        "mean" => x => references.Load("mean").expand(x.shape),
        "mean_by_position" => x => x.mean([0], keepdim: true).expand(x.shape),
        "steer_all" => x => SteeredFrom(x, 0),
        "steer_last" => x => SteeredFrom(x, x.size(1) - 1),
        "splice_standard" => x => _standard.Decode(_standard.Encode(x)),
        "splice_topk" => x => _topK.Decode(Codes(x)),
        "splice_topk_masked" => x => where(references.Load("keep_mask").to_type(ScalarType.Bool).unsqueeze(-1), this["splice_topk"](x), x),
        "splice_topk_with_error_term" => x => Edited(x, [], 0),
        "ablate_features_with_error_term" => x => Edited(x, [.. json["ablated_features"]!.AsArray().Select(id => id!.GetValue<long>())], 0),
        "clamp_feature_with_error_term" => x => Edited(x, [json["clamped_feature"]!.GetValue<long>()], json["clamp_value"]!.GetValue<double>()),
        _ when name.StartsWith("steer_from_", StringComparison.Ordinal) =>
            x => SteeredFrom(x, long.Parse(name["steer_from_".Length..], CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"The reference set has an intervention \"{name}\" that is not tested."),
    };

    /// <summary>The features of the autoencoder that keeps the largest.</summary>
    public Tensor Codes(Tensor x) => _topK.Encode(x);

    private Tensor SteeredFrom(Tensor x, long first)
    {
        Tensor changed = x.clone(), steering = references.Load("steering_vector").mul(Scalars.Of(json["steering"]!["alpha"]!.GetValue<double>()));
        changed.narrow(1, first, x.size(1) - first).add_(steering);
        return changed;
    }

    // What the autoencoder does not explain stays as it is.
    private Tensor Edited(Tensor x, long[] features, double value)
    {
        Tensor codes = Codes(x), edited = codes.index_fill(-1, tensor(features), Scalars.Of(value));
        return Ops.Add(_topK.Decode(edited), Ops.Subtract(x, _topK.Decode(codes)));
    }

    private sealed class SparseCode
    {
        private readonly Tensor _encoder, _encoderBias, _decoder, _decoderBias;
        private readonly int? _kept;

        public SparseCode(string folder, string? kept)
        {
            string inference = Path.Combine(folder, "inference");
            using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(inference, "sae_weights.safetensors"));
            Tensor Read(string name) => TensorBytes.Read(file, file[name]);
            (_encoder, _encoderBias, _decoder, _decoderBias) = (Read("W_enc"), Read("b_enc"), Read("W_dec"), Read("b_dec"));
            _kept = kept is null ? null : JsonNode.Parse(File.ReadAllText(Path.Combine(inference, "cfg.json")))![kept]!.GetValue<int>();
        }

        // f = relu((x - b_dec) W_enc + b_enc), of which the k largest may stay.
        public Tensor Encode(Tensor x)
        {
            Tensor all = Ops.Add(Ops.Subtract(x, _decoderBias).matmul(_encoder), _encoderBias).relu();
            return _kept is int count ? all.masked_fill(all.lt(all.topk(count).values.narrow(-1, count - 1, 1)), Scalars.Zero) : all;
        }

        public Tensor Decode(Tensor codes) => Ops.Add(codes.matmul(_decoder), _decoderBias);
    }
}
