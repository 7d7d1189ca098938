using System.Text.Json;
using Palimpsest.Privacy;
using Palimpsest.Tests.Metrics;

namespace Palimpsest.Tests.Privacy;

/// <summary>Gates, groups, fixed samples and clipping against reference values.</summary>
public sealed class GoldenMechanismTests
{
    public static IEnumerable<TheoryDataRow<string>> Mechanisms() => Reference.File("mechanisms.json", "privacy");

    public static IEnumerable<TheoryDataRow<string>> ClippingFile() => Reference.File("clipping.json", "privacy");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Mechanisms))]
    public void ClientGate_EveryCase_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("client_gate").EnumerateArray())
        {
            (double p, double q, double sigma) = (Value(item, "p"), Value(item, "q_prime"), Value(item, "sigma"));
            RdpBound sound = Spent(new GatedGaussian(p, q, sigma), item), product = Spent(new SubsampledGaussian(p * q, sigma), item);
            check.Close(item.GetProperty("eps_union_orders"), sound.Value, item.ToString(), 0, 1e-9);
            check.Close(item.GetProperty("order_union"), sound.Order, item.ToString());
            check.Close(item.GetProperty("eps_product_rule_q_equals_p_times_q_prime"), product.Value, item.ToString(), 0, 1e-9);
            Assert.True(sound.Value > product.Value);
        }

        foreach (JsonElement item in Reference.Read(path).GetProperty("client_gate_noise").EnumerateArray())
        {
            double noise = NoiseCalibration.Rdp(
                sigma => new GatedGaussian(Value(item, "p"), Value(item, "q_prime"), sigma), item.GetProperty("steps").GetInt64(), Value(item, "eps"),
                Value(item, "delta"));
            check.Close(item.GetProperty("sigma"), noise, item.ToString(), 0, 1e-8);
        }

        check.Assert("client gate");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Mechanisms))]
    public void FixedSize_EveryCase_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("sampling_without_replacement").EnumerateArray())
        {
            FixedSizeGaussian mechanism = new(item.GetProperty("n").GetInt64(), item.GetProperty("m").GetInt64(), Value(item, "sigma"));
            double[] orders = Reference.Numbers(item.GetProperty("orders")), expected = Reference.Numbers(item.GetProperty("rdp_single"));
            double[] actual = mechanism.Rdp(orders);
            for (int i = 0; i < orders.Length; i++)
            {
                check.Close(expected[i], actual[i], $"{mechanism}, order {orders[i]}", 0, 1e-9);
            }

            RdpBound spent = Spent(mechanism, item);
            check.Close(item.GetProperty("eps"), spent.Value, mechanism.ToString(), 0, 1e-9);
            check.Close(item.GetProperty("order"), spent.Order, mechanism.ToString());
        }

        check.Assert("sampling without replacement");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Mechanisms))]
    public void GroupPrivacy_EveryRule_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("group_privacy").EnumerateArray())
        {
            int size = item.GetProperty("k").GetInt32();
            string rule = item.GetProperty("rule").GetString()!, where = item.ToString();
            if (rule == "approximate DP")
            {
                (double epsilon, double delta) = GroupPrivacy.Of(Value(item, "eps"), Value(item, "delta"), size);
                check.Close(item.GetProperty("group_eps"), epsilon, where);
                check.Close(Math.Min(1, Value(item, "group_delta_tight")), delta, where, 0, 1e-10);
            }
            else if (rule == "Gaussian, exact")
            {
                check.Close(item.GetProperty("group_eps"), GaussianMechanism.Epsilon(Value(item, "sigma") / size, Value(item, "delta")), where, 0, 1e-9);
            }
            else if (rule.StartsWith("RDP", StringComparison.Ordinal))
            {
                int doublings = (int)Math.Log2(size);
                SubsampledGaussian one = new(Value(item, "q"), Value(item, "sigma"));
                RdpAccountant accountant = new([.. RdpAccountant.DefaultOrders.Select(order => order / size).Where(order => order >= 2)]);
                accountant.Compose(GroupPrivacy.Of(one, doublings), item.GetProperty("steps").GetInt64());
                RdpBound bound = accountant.Epsilon(Value(item, "delta"));
                check.Close(item.GetProperty("group_eps"), bound.Value, where, 0, 1e-9);
                check.Close(item.GetProperty("order_after"), bound.Order, where);
            }
        }

        check.Assert("groups");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(ClippingFile))]
    public void AdaptiveClipping_EveryTrajectory_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("adaptive").EnumerateArray())
        {
            AdaptiveClipping rule = new() { Quantile = Value(item, "gamma"), LearningRate = Value(item, "eta") };
            double clip = Value(item, "initial_clip"), m = Value(item, "m"), deviation = Value(item, "sigma_b");
            double[] draws = Reference.Numbers(item.GetProperty("standard_normal_draws"));
            JsonElement[] steps = [.. item.GetProperty("trajectory").EnumerateArray()];
            for (int t = 0; t < steps.Length; t++)
            {
                check.Close(steps[t].GetProperty("clip"), clip, $"round {t}", 0, 1e-9);
                int count = Reference.Numbers(item.GetProperty("norms")[t]).Count(norm => Clipping.Scale(norm, clip) == 1);
                check.Same(steps[t].GetProperty("unclipped_count").GetInt32(), count, $"round {t}");
                clip = rule.Next(clip, count + (deviation * draws[t]), m);
            }

            check.Close(item.GetProperty("final_clip"), clip, "final clip", 0, 1e-9);
        }

        foreach (JsonElement item in file.GetProperty("sigma_split").EnumerateArray())
        {
            double noise = AdaptiveClipping.UpdateNoise(Value(item, "z"), Value(item, "sigma_b"));
            check.Close(item.GetProperty("z_delta"), noise, item.ToString(), 0, 1e-12);
            check.Same(item.GetProperty("feasible").GetBoolean(), !double.IsNaN(noise), item.ToString());
        }

        check.Assert("adaptive clipping");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(ClippingFile))]
    public void Clipping_EveryVector_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("clip_vectors").EnumerateArray())
        {
            float[] delta = [.. Reference.Numbers(item.GetProperty("delta")).Select(value => (float)value)];
            double norm = Clipping.Norm(delta), scale = Clipping.Scale(norm, Value(item, "clip"));
            double[] clipped = Reference.Numbers(item.GetProperty("clipped"));
            check.Close(item.GetProperty("norm"), norm, "norm", 0, 1e-6);
            for (int i = 0; i < delta.Length; i++)
            {
                check.Close(clipped[i], scale * delta[i], "clipped", 1e-7, 1e-6);
            }
        }

        check.Assert("clipped vectors");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(ClippingFile))]
    public void NoisyAverage_EveryRound_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("noisy_averages").EnumerateArray())
        {
            double clip = Value(item, "clip");
            double[] noise = Reference.Numbers(item.GetProperty("standard_normal")), sum = new double[noise.Length];
            foreach (JsonElement line in item.GetProperty("deltas").EnumerateArray())
            {
                float[] delta = [.. Reference.Numbers(line).Select(value => (float)value)];
                Clipping.AddScaled(delta, Clipping.Scale(Clipping.Norm(delta), clip), sum);
            }

            float[] average = new float[noise.Length];
            Clipping.NoisyAverage(sum, Value(item, "z") * clip, noise, Value(item, "expected_m"), average);
            double[] expected = Reference.Numbers(item.GetProperty("average"));
            for (int i = 0; i < expected.Length; i++)
            {
                check.Close(expected[i], average[i], $"value {i}", 1e-7, 1e-6);
            }
        }

        check.Assert("noisy averages");
    }

    private static double Value(JsonElement item, string name) => Reference.Number(item.GetProperty(name));

    private static RdpBound Spent(IRdpMechanism mechanism, JsonElement item)
    {
        RdpAccountant accountant = new();
        accountant.Compose(mechanism, item.GetProperty("steps").GetInt64());
        return accountant.Epsilon(Value(item, "delta"));
    }
}
