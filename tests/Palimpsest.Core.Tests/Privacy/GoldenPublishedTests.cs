using System.Text.Json;
using Palimpsest.Privacy;
using Palimpsest.Tests.Metrics;

namespace Palimpsest.Tests.Privacy;

/// <summary>Values printed in publications and in the tests of other libraries.</summary>
public sealed class GoldenPublishedTests
{
    public static IEnumerable<TheoryDataRow<string>> Published() => Reference.File("published_values.json", "privacy");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Published))]
    public void Accountants_PublishedTable_IsMet(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("table").EnumerateArray())
        {
            SubsampledGaussian mechanism = new(Value(item, "q"), Value(item, "sigma"));
            RdpAccountant rdp = new();
            PldAccountant pld = new(1e-4);
            rdp.Compose(mechanism, item.GetProperty("steps").GetInt64());
            pld.Compose(mechanism, item.GetProperty("steps").GetInt64());
            RdpBound bound = rdp.Epsilon(Value(item, "delta"));
            check.Close(item.GetProperty("stated_rdp"), bound.Value, item.ToString(), 1e-6);
            check.Close(item.GetProperty("computed_rdp"), bound.Value, item.ToString(), 0, 1e-9);
            check.Close(item.GetProperty("stated_order"), bound.Order, item.ToString());
            check.Close(item.GetProperty("stated_pld"), pld.Epsilon(Value(item, "delta")), item.ToString(), 2e-6);
            check.Close(item.GetProperty("computed_pld"), pld.Epsilon(Value(item, "delta")), item.ToString(), 1e-6);
        }

        foreach (JsonElement item in file.GetProperty("single_step_rdp").EnumerateArray())
        {
            double rdp = new SubsampledGaussian(Value(item, "q"), Value(item, "sigma")).Rdp([Value(item, "order")])[0];
            check.Close(item.GetProperty("quadrature"), rdp, item.ToString(), 0, 1e-9);
            check.Close(item.GetProperty("stated"), rdp, item.ToString(), 0, 1e-6);
        }

        check.Assert("published table");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Published))]
    public void Accountants_OtherLibrariesTests_AreMet(string path)
    {
        Reference check = new();
        JsonElement others = Reference.Read(path).GetProperty("others");
        RdpAccountant pure = new([.. Enumerable.Range(2, 31).Select(order => (double)order)]);
        pure.Compose(new Flat(1.1));
        Bound("pure RDP 1.1 at 2..32, delta 1e-5", pure.Epsilon(1e-5));
        RdpAccountant fine = new([.. Enumerable.Range(1001, 70_000).Select(order => order / 1000.0)]);
        fine.Compose(new SubsampledGaussian(1, 4.530877117));
        Bound("gaussian sigma 4.530877117 delta 1e-6, orders step 0.001", fine.Epsilon(1e-6));

        PldAccountant losses = new(1e-4), shorter = new(1e-4);
        losses.Compose(new SubsampledGaussian(0.04, 1.5), 2250);
        shorter.Compose(new SubsampledGaussian(0.04, 1.5), 2249);
        JsonElement sides = others.GetProperty("per adjacency q=.04 s=1.5 T=2250");
        check.Close(sides.GetProperty("remove"), losses.Losses(Adjacency.Remove)!.Epsilon(1e-5), "remove", 1e-6);
        check.Close(sides.GetProperty("add"), losses.Losses(Adjacency.Add)!.Epsilon(1e-5), "add", 1e-5);

        // An upper estimate that allows itself an error of 0.01.
        double upper = Value(others, "opacus PRV T=2249 upper");
        Assert.InRange(shorter.Epsilon(1e-5), upper - 0.02, upper);
        foreach (int steps in (int[])[2250, 2000])
        {
            // The library stops within 0.01 of epsilon on the side of more noise.
            double rdp = NoiseCalibration.Rdp(sigma => new SubsampledGaussian(0.04, sigma), steps, 8, 1e-5, tolerance: 1e-6);
            double pld = NoiseCalibration.Pld(0.04, steps, 8, 1e-5, tolerance: 1e-4);
            Least(rdp, $"opacus get_noise_multiplier eps=8 q=.04 rdp T={steps} tol 0.01");
            Least(pld, $"opacus get_noise_multiplier eps=8 q=.04 prv T={steps} tol 0.01");
        }

        foreach (JsonElement item in others.GetProperty("noise rdp/pld at PFL-DocVQA settings").EnumerateArray())
        {
            (double rate, long steps, double epsilon) = (Value(item, "q"), item.GetProperty("steps").GetInt64(), Value(item, "eps"));
            double rdp = NoiseCalibration.Rdp(sigma => new SubsampledGaussian(rate, sigma), steps, epsilon, 1e-5);
            check.Close(item.GetProperty("sigma_rdp_opacus_orders"), rdp, item.ToString(), 0, 1e-8);
            check.Close(item.GetProperty("sigma_pld_1e-4"), NoiseCalibration.Pld(rate, steps, epsilon, 1e-5, 1e-4), item.ToString(), 2e-6, 2e-6);
        }

        check.Assert("tests of other libraries");

        void Bound(string name, RdpBound bound)
        {
            check.Close(others.GetProperty(name)[0], bound.Value, name, 1e-9);
            check.Close(others.GetProperty(name)[1], bound.Order, name, 1e-9);
        }

        void Least(double noise, string name) => Assert.InRange(noise, Value(others, name) * 0.99, Value(others, name) * 1.0002);
    }

    private static double Value(JsonElement item, string name) => Reference.Number(item.GetProperty(name));

    /// <summary>The same RDP at every order: pure differential privacy.</summary>
    private sealed record Flat(double Value) : IRdpMechanism
    {
        public double[] Rdp(IReadOnlyList<double> orders) => [.. orders.Select(_ => Value)];
    }
}
