using System.Globalization;
using System.Text.Json.Nodes;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Families;

/// <summary>The rotary scaling in <c>config.json</c>: <c>rope_scaling</c> of transformers 4, <c>rope_parameters</c> of 5.</summary>
internal static class RopeScalingConfig
{
    // What YaRN's own files say of the training of the model.
    private static readonly Dictionary<string, string> s_harmless = new(StringComparer.Ordinal) { ["finetuned"] = "how the model was trained" };

    /// <summary>Reads the scaling and the base: transformers 5 keeps both in <c>rope_parameters</c>, 4 the base outside and the rest in
    /// <c>rope_scaling</c>.</summary>
    /// <param name="json">The whole configuration.</param>
    /// <param name="positions">What <c>max_position_embeddings</c> says.</param>
    /// <exception cref="PalimpsestException">A scaling is not supported, or two places contradict each other.</exception>
    public static (RopeScaling? Scaling, double Theta) Of(ConfigReader json, int positions)
    {
        Partial(json);
        ConfigReader? parameters = json.Part("rope_parameters"), old = json.Part("rope_scaling");
        RopeScaling? scaling = parameters is null ? null : Read(parameters, positions), other = old is null ? null : Read(old, positions);
        if (parameters is not null && old is not null && scaling != other)
        {
            throw json.Bad($"rope_parameters {json.Raw("rope_parameters")} and rope_scaling {json.Raw("rope_scaling")} contradict each other");
        }

        double[] bases =
            [.. new[] { parameters?.FindNumber("rope_theta"), old?.FindNumber("rope_theta"), json.FindNumber("rope_theta") }.OfType<double>().Distinct()];
        foreach ((ConfigReader? part, string name) in new[] { (parameters, "rope_parameters."), (old, "rope_scaling.") })
        {
            part?.RefuseOthers(s_harmless, name);
        }

        return bases.Length > 1
            ? throw json.Bad(string.Create(CultureInfo.InvariantCulture, $"rope_theta is {bases[0]} and {bases[1]}; the places must agree"))
            : (scaling ?? other, bases.Length == 1 ? bases[0] : 10_000);
    }

    private static void Partial(ConfigReader json)
    {
        if (json.Number("partial_rotary_factor", 1) != 1)
        {
            throw json.Bad("heads of which only a part is rotated (partial_rotary_factor) are not supported");
        }
    }

    /// <summary>Reads a scaling.</summary>
    /// <param name="json">The object.</param>
    /// <param name="positions">What <c>max_position_embeddings</c> says.</param>
    /// <returns>Null for none.</returns>
    private static RopeScaling? Read(ConfigReader json, int positions)
    {
        Partial(json);

        // Files before 2024 say "type".
        string old = json.Text("type", "default"), type = json.Text("rope_type", old);
        if (old != "default" && old != type)
        {
            throw json.Bad($"rope_type \"{type}\" and type \"{old}\" contradict each other");
        }

        if (type == "default")
        {
            return null;
        }

        if (!RopeScaling.Types.Contains(type))
        {
            throw json.Bad($"rotary scaling of type \"{type}\" is not supported; supported: default, {string.Join(", ", RopeScaling.Types)}");
        }

        int original = json.Positive("original_max_position_embeddings", positions);
        double factor = json.FindNumber("factor") ?? (double)positions / original;
        RopeScaling scaling = new()
        {
            Type = type,
            Factor = factor,
            OriginalContext = type == "dynamic" ? positions : original,
            LowFrequencyFactor = json.Number("low_freq_factor", 1),
            HighFrequencyFactor = json.Number("high_freq_factor", 4),
            BetaFast = json.Number("beta_fast", 32),
            BetaSlow = json.Number("beta_slow", 1),
            Truncate = json.Flag("truncate", true),
            AttentionFactor = json.FindNumber("attention_factor") ?? Magnitude(json, factor),
        };
        return scaling.Factor >= 1 && scaling.HighFrequencyFactor > scaling.LowFrequencyFactor && scaling.LowFrequencyFactor > 0 && scaling.BetaFast > 0 && scaling.BetaSlow > 0 && double.IsFinite(scaling.Factor)
            ? scaling
            : throw json.Bad("the rotary scaling must have a factor of at least 1, low_freq_factor above 0 and below high_freq_factor, and positive betas");
    }

    /// <summary>Writes a scaling; the base is added by the caller.</summary>
    public static JsonObject Write(RopeScaling? scaling)
    {
        if (scaling is null)
        {
            return new JsonObject { ["rope_type"] = "default" };
        }

        JsonObject json = new() { ["rope_type"] = scaling.Type, ["factor"] = scaling.Factor };
        if (scaling.Type is "llama3" or "yarn")
        {
            json["original_max_position_embeddings"] = scaling.OriginalContext;
        }

        if (scaling.Type == "llama3")
        {
            json["low_freq_factor"] = scaling.LowFrequencyFactor;
            json["high_freq_factor"] = scaling.HighFrequencyFactor;
        }

        if (scaling.Type == "yarn")
        {
            json["beta_fast"] = scaling.BetaFast;
            json["beta_slow"] = scaling.BetaSlow;
            json["truncate"] = scaling.Truncate;
            if (scaling.AttentionFactor is double factor)
            {
                json["attention_factor"] = factor;
            }
        }

        return json;
    }

    /// <summary>The scaling of a configuration in a form that <c>config.json</c> has words for: divisors become the llama3 settings that give them.</summary>
    /// <exception cref="PalimpsestException">No settings give these divisors.</exception>
    public static RopeScaling? Writable(LlamaConfig config)
    {
        if (config.RopeScaling is not { Type: "divisors", Divisors: IReadOnlyList<float> divisors })
        {
            return config.RopeScaling;
        }

        // All published models use low 1 and high 4; the original context is a power of two.
        for (int original = 32; original <= 1 << 20; original *= 2)
        {
            RopeScaling candidate = new() { Type = "llama3", Factor = Math.Round(divisors.Max(), 3), OriginalContext = original };
            double[] plain = new RopeScaling { Type = "default" }.Frequencies(config.HeadWidth, config.RopeTheta, 0), scaled = candidate.Frequencies(config.HeadWidth, config.RopeTheta, 0);
            if (divisors.Select((divisor, i) => Math.Abs((plain[i] / scaled[i] / divisor) - 1)).Max() < 1e-4)
            {
                return candidate;
            }
        }

        throw new PalimpsestException("The model divides its rotary frequencies by numbers that no Llama 3 scaling gives; config.json has no words for them.");
    }

    // DeepSeek's files give the magnitude as a quotient of two.
    private static double? Magnitude(ConfigReader json, double factor)
    {
        double Scaled(double mscale) => factor <= 1 ? 1 : (0.1 * mscale * Math.Log(factor)) + 1;
        return json.FindNumber("mscale") is double one and not 0 && json.FindNumber("mscale_all_dim") is double all and not 0 ? Scaled(one) / Scaled(all) : null;
    }
}
