using System.Text.Json;
using Palimpsest.Privacy;
using Palimpsest.Tests.Metrics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Privacy;

/// <summary>The accountants against Opacus, dp-accounting and integrals of 40 digits: every line of the files.</summary>
public sealed class GoldenAccountantTests
{
    private const double RoundingOfTransforms = 1e-12;

    private static readonly double[] s_opacusOrders =
        [.. Enumerable.Range(11, 99).Select(tenths => tenths / 10.0), .. Enumerable.Range(12, 52).Select(order => (double)order)];

    public static IEnumerable<TheoryDataRow<string>> Orders() => Reference.File("rdp_orders.jsonl", "privacy");

    public static IEnumerable<TheoryDataRow<string>> Epsilons() => Reference.File("rdp_epsilon.jsonl", "privacy");

    public static IEnumerable<TheoryDataRow<string>> Gaussians() => Reference.File("gaussian.jsonl", "privacy");

    public static IEnumerable<TheoryDataRow<string>> Calibrations() => Reference.File("calibration.jsonl", "privacy");

    public static IEnumerable<TheoryDataRow<string>> Losses() => Reference.File("pld_epsilon.jsonl", "privacy");

    public static IEnumerable<TheoryDataRow<string>> MoreLosses() => Reference.File("pld_more.json", "privacy");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Orders))]
    public void Rdp_EveryOrder_EqualsTheIntegral(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            double[] orders = Reference.Numbers(line.GetProperty("orders")), expected = Reference.Numbers(line.GetProperty("exact"));
            double[] actual = Mechanism(line).Rdp(orders);
            for (int i = 0; i < orders.Length; i++)
            {
                check.Close(expected[i], actual[i], $"{Mechanism(line)}, order {orders[i]}", 0, expected[i] < 1e-7 ? 1e-6 : 1e-9);
            }
        }

        check.Assert("RDP");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Epsilons))]
    public void RdpAccountant_EverySetting_EqualsTheExactOne(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            RdpAccountant accountant = new();
            accountant.Compose(Mechanism(line), Steps(line));
            RdpBound bound = accountant.Epsilon(line.GetProperty("delta").GetDouble());
            JsonElement expected = line.GetProperty("exact_union_orders");
            check.Close(expected.GetProperty("eps"), bound.Value, Mechanism(line).ToString(), 0, 1e-9);
            check.Close(expected.GetProperty("order"), bound.Order, $"order of {Mechanism(line)}");
        }

        check.Assert("epsilon by RDP");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Gaussians))]
    public void GaussianMechanism_EveryLine_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            (double epsilon, double sigma, double delta) = (Value(line, "eps"), Value(line, "sigma"), Value(line, "delta"));
            (double expected, double actual) = line.GetProperty("given").GetString() switch
            {
                "eps, sigma" => (delta, GaussianMechanism.Delta(epsilon, sigma)),
                "sigma, delta" => (epsilon, GaussianMechanism.Epsilon(sigma, delta)),
                _ => (sigma, GaussianMechanism.Noise(epsilon, delta)),
            };
            check.Close(expected, actual, line.ToString(), 0, 1e-9);
        }

        check.Assert("the Gaussian mechanism");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Calibrations))]
    public void NoiseCalibration_EveryLine_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            (double epsilon, double delta, double rate) = (Value(line, "eps"), Value(line, "delta"), Value(line, "q"));
            string where = line.ToString();
            if (Value(line, "sigma_rdp_opacus_orders") is double rdp && !double.IsNaN(rdp))
            {
                double noise = NoiseCalibration.Rdp(sigma => new SubsampledGaussian(rate, sigma), Steps(line), epsilon, delta, s_opacusOrders);
                check.Close(rdp, noise, where, 0, 1e-8);
            }

            if (line.TryGetProperty("sigma_pld_1e-4", out JsonElement pld))
            {
                double noise = NoiseCalibration.Pld(rate, Steps(line), epsilon, delta, 1e-4);
                check.Close(pld, noise, where, 2e-6, 2e-6);
            }

            if (line.TryGetProperty("sigma_exact_gaussian", out JsonElement exact))
            {
                check.Close(exact, GaussianMechanism.Noise(epsilon, delta) * Math.Sqrt(Steps(line)), where, 0, 1e-9);
            }
        }

        check.Assert("calibration");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Losses))]
    public void PldAccountant_EverySetting_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            double delta = Value(line, "delta"), tolerance = delta >= 1e-7 ? 1e-6 : 1e-5;
            PldAccountant accountant = new(Value(line, "interval"));
            accountant.Compose(Mechanism(line), Steps(line));
            string where = $"{Mechanism(line)}, {Steps(line)} steps, delta {delta}";
            check.Close(line.GetProperty("pld_eps"), accountant.Epsilon(delta), where, tolerance);
            check.Close(line.GetProperty("pld_eps_remove"), accountant.Losses(Adjacency.Remove)!.Epsilon(delta), where + " remove", tolerance);
            if (Value(line, "q") < 1)
            {
                // The library's curve cancels on this side; ours does not.
                check.Close(line.GetProperty("pld_eps_add"), accountant.Losses(Adjacency.Add)!.Epsilon(delta), where + " add", 1e-5);
            }

            if (line.TryGetProperty("analytic_gaussian_eps", out JsonElement exact))
            {
                check.Close(exact, accountant.Epsilon(delta), where, 1e-6);
            }

            if (line.TryGetProperty("opacus_prv", out JsonElement prv))
            {
                Assert.InRange(accountant.Epsilon(delta), Value(prv, "lower"), Value(prv, "upper"));
            }
        }

        check.Assert("epsilon by PLD");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(MoreLosses))]
    public void PldAccountant_PhasesCurvesAndMasses_EqualReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("heterogeneous").EnumerateArray())
        {
            PldAccountant losses = new(Value(item, "interval"));
            RdpAccountant rdp = new();
            foreach (JsonElement phase in item.GetProperty("phases").EnumerateArray())
            {
                losses.Compose(Mechanism(phase), Steps(phase));
                rdp.Compose(Mechanism(phase), Steps(phase));
            }

            double delta = Value(item, "delta");
            check.Close(item.GetProperty("pld_eps"), losses.Epsilon(delta), item.GetProperty("phases").ToString(), delta >= 1e-7 ? 1e-6 : 1e-5);
            check.Close(item.GetProperty("rdp_exact_union").GetProperty("eps"), rdp.Epsilon(delta).Value, item.GetProperty("phases").ToString(), 0, 1e-9);
        }

        foreach (JsonElement curve in file.GetProperty("curves").EnumerateArray())
        {
            PldAccountant losses = new(1e-4);
            RdpAccountant rdp = new();
            losses.Compose(Mechanism(curve), Steps(curve));
            rdp.Compose(Mechanism(curve), Steps(curve));
            double[] epsilons = Reference.Numbers(curve.GetProperty("eps"));
            for (int i = 0; i < epsilons.Length; i++)
            {
                string where = $"{Mechanism(curve)}, {Steps(curve)} steps, epsilon {epsilons[i]}";
                check.Close(curve.GetProperty("pld_delta_remove")[i], losses.Losses(Adjacency.Remove)!.Delta(epsilons[i]), where, RoundingOfTransforms, 1e-6);
                check.Close(curve.GetProperty("pld_delta")[i], losses.Delta(epsilons[i]), where, RoundingOfTransforms, 1e-4);
                if (curve.TryGetProperty("exact_delta_remove", out JsonElement exact))
                {
                    check.Close(exact[i], losses.Losses(Adjacency.Remove)!.Delta(epsilons[i]), where + " exact", RoundingOfTransforms, 1e-6);
                }

                check.Close(curve.GetProperty("rdp_delta_union_orders")[i], rdp.Delta(epsilons[i]).Value, where + " RDP", 0, 1e-8);
            }
        }

        foreach (JsonElement item in file.GetProperty("microsoft_prv").EnumerateArray())
        {
            PldAccountant losses = new(1e-4);
            losses.Compose(Mechanism(item), Steps(item));
            Assert.InRange(losses.Epsilon(Value(item, "delta")), Value(item, "lower"), Value(item, "upper"));
        }

        foreach (JsonElement item in file.GetProperty("single_step_pmf").EnumerateArray())
        {
            Adjacency side = Enum.Parse<Adjacency>(item.GetProperty("adjacency").GetString()!, ignoreCase: true);
            PrivacyLossDistribution one = PrivacyLossDistribution.Of(new HockeyStick(Mechanism(item), side), Value(item, "interval"), 1 << 20)!;
            double[] expected = Reference.Numbers(item.GetProperty("probs"));
            check.Same(item.GetProperty("lower_index").GetInt64(), one.Lowest, $"{Mechanism(item)} {side}");
            check.Same(expected.Length, one.Masses.Length, $"{Mechanism(item)} {side}");
            for (int i = 0; i < Math.Min(expected.Length, one.Masses.Length); i++)
            {
                check.Close(expected[i], one.Masses[i], $"{Mechanism(item)} {side} [{i}]", 1e-12, 1e-9);
            }
        }

        check.Assert("phases, curves and masses");
    }

    private static double Value(JsonElement line, string name) => Reference.Number(line.GetProperty(name));

    private static long Steps(JsonElement line) => line.GetProperty("steps").GetInt64();

    private static SubsampledGaussian Mechanism(JsonElement line) => new(Value(line, "q"), Value(line, "sigma"));
}
