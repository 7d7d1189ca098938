using System.Text.Json;
using Palimpsest.Privacy;
using Palimpsest.Tests.Metrics;

namespace Palimpsest.Tests.Privacy;

/// <summary>Trees, whole-number noise, concentrated privacy and the central-limit approximation against reference values.</summary>
public sealed class GoldenReleaseTests
{
    public static IEnumerable<TheoryDataRow<string>> Mechanisms() => Reference.File("mechanisms.json", "privacy");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Mechanisms))]
    public void TreeNoise_Accounting_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("tree_aggregation").EnumerateArray())
        {
            long steps = item.GetProperty("steps_between_restarts").EnumerateArray().Max(count => count.GetInt64());
            long trees = item.GetProperty("trees_a_record_appears_in").GetInt64();
            double noise = TreeNoise.EffectiveNoise(Value(item, "sigma"), steps, trees), delta = Value(item, "delta");
            RdpAccountant accountant = new();
            accountant.Compose(new SubsampledGaussian(1, noise));
            check.Close(item.GetProperty("rdp_eps"), accountant.Epsilon(delta).Value, item.ToString(), 0, 1e-9);
            check.Close(item.GetProperty("order"), accountant.Epsilon(delta).Order, item.ToString());
            check.Close(item.GetProperty("rdp_at_order_8"), new SubsampledGaussian(1, noise).Rdp([8])[0], item.ToString(), 0, 1e-12);
            check.Close(item.GetProperty("exact_gaussian_eps_sigma_over_sqrt_depth"), GaussianMechanism.Epsilon(noise, delta), item.ToString(), 0, 1e-9);
        }

        foreach (JsonElement item in Reference.Read(path).GetProperty("tree_noise_variance").EnumerateArray())
        {
            long steps = item.GetProperty("t").GetInt64();
            check.Close(item.GetProperty("plain"), TreeNoise.Variance(steps, refined: false), item.ToString());
            check.Close(item.GetProperty("honaker"), TreeNoise.Variance(steps, refined: true), item.ToString());
        }

        check.Assert("trees");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Mechanisms))]
    public void DiscreteGaussian_EveryCase_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("discrete_gaussian").EnumerateArray())
        {
            DiscreteGaussian mechanism = new(Value(item, "sigma"));
            double[] orders = Reference.Numbers(item.GetProperty("orders")), expected = Reference.Numbers(item.GetProperty("rdp_single"));
            double[] actual = mechanism.Rdp(orders), continuous = new SubsampledGaussian(1, mechanism.Noise).Rdp(orders);
            for (int i = 0; i < orders.Length; i++)
            {
                check.Close(expected[i], actual[i], $"{mechanism}, order {orders[i]}", 0, 1e-10);
                check.Close(item.GetProperty("rdp_continuous")[i], continuous[i], $"{mechanism}, order {orders[i]}", 0, 1e-10);
            }

            check.Close(item.GetProperty("actual_variance"), mechanism.Variance, mechanism.ToString(), 0, 1e-12);
            PrivacyLossDistribution losses = mechanism.Losses(1e-4).Power(item.GetProperty("count").GetInt64(), 1 << 24)!;
            check.Close(item.GetProperty("pld_eps_privacy_buckets"), losses.Epsilon(Value(item, "delta")), mechanism.ToString(), 1e-6);
            double exact = GaussianMechanism.Epsilon(mechanism.Noise / Math.Sqrt(Value(item, "count")), Value(item, "delta"));
            check.Close(item.GetProperty("continuous_gaussian_eps"), exact, mechanism.ToString(), 0, 1e-9);
        }

        check.Assert("discrete Gaussian");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Mechanisms))]
    public void RdpAccountant_ConcentratedPrivacy_ConvertsAsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("zcdp").EnumerateArray())
        {
            // Around the reference's best order, so finely that the minimum over all real ones is met.
            double rho = Value(item, "rho"), order = Value(item, "order"), delta = Value(item, "delta");
            RdpAccountant accountant = new([.. Enumerable.Range(-50, 101).Select(i => order * (1 + (i * 1e-4)))]);
            accountant.Compose(new Linear(rho, 0));
            check.Close(item.GetProperty("eps_tight"), accountant.Epsilon(delta).Value, item.ToString(), 1e-8);
            check.Close(order, accountant.Epsilon(delta).Order, item.ToString(), 0, 2e-4);
            double exact = GaussianMechanism.Epsilon(1 / Math.Sqrt(2 * rho), delta);
            check.Close(item.GetProperty("exact_gaussian_eps_same_rho"), exact, item.ToString(), 0, 1e-9);
        }

        foreach (JsonElement item in file.GetProperty("zcdp_event").EnumerateArray())
        {
            RdpAccountant accountant = new();
            accountant.Compose(new Linear(Value(item, "rho"), Value(item, "xi")));
            check.Close(item.GetProperty("eps"), accountant.Epsilon(Value(item, "delta")).Value, item.ToString(), 0, 1e-9);
        }

        check.Assert("concentrated privacy");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Mechanisms))]
    public void PldAccountant_CentralLimitSettings_LieAboveTheApproximation(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("gdp_clt_do_not_use_as_guarantee").EnumerateArray())
        {
            PldAccountant accountant = new(1e-4);
            accountant.Compose(new SubsampledGaussian(Value(item, "q"), Value(item, "sigma")), item.GetProperty("steps").GetInt64());
            double epsilon = accountant.Epsilon(Value(item, "delta"));
            check.Close(item.GetProperty("pld_eps"), epsilon, item.ToString(), 1e-6);
            Assert.True(epsilon > Value(item, "opacus_gdp_poisson_eps"), item.ToString());
        }

        check.Assert("settings of the central limit");
    }

    private static double Value(JsonElement item, string name) => Reference.Number(item.GetProperty(name));

    /// <summary>ξ + ρ α: zero-concentrated differential privacy.</summary>
    private sealed record Linear(double Rho, double Xi) : IRdpMechanism
    {
        public double[] Rdp(IReadOnlyList<double> orders) => [.. orders.Select(order => Xi + (Rho * order))];
    }
}
