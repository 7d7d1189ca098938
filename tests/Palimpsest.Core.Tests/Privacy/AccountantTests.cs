using CsCheck;
using Palimpsest.Privacy;

namespace Palimpsest.Tests.Privacy;

/// <summary>Accountants on published values and by their properties.</summary>
public sealed class AccountantTests
{
    /// <summary>Rate, noise, rounds, δ; ε by RDP and by PLD: Opacus and dp-accounting.</summary>
    [Theory]
    [InlineData(0.04, 1.5, 2250, 1e-5, 7.329111, 6.768787)]
    [InlineData(0.01, 1.0, 1000, 1e-5, 2.101365, 1.828244)]
    [InlineData(0.025, 1.145, 5, 1e-5, 1.005706, 0.526779)]
    [InlineData(0.02, 0.8, 200, 1e-5, 3.924686, 3.263148)]
    [InlineData(1, 4, 1, 1e-5, 1.012551, 0.926342)]
    public void Accountants_PublishedSettings_GiveTheirEpsilon(double rate, double noise, long rounds, double delta, double rdp, double pld)
    {
        PrivacyReport report = new PrivacyPlan { Rate = rate, Rounds = rounds, Delta = delta }.At(noise);
        Assert.Equal(rdp, report.Rdp.Value, 1e-6);
        Assert.Equal(pld, report.Pld!.Value, 1e-4);
        Assert.Equal(report.Pld, report.Epsilon);
    }

    [Fact]
    public void Pld_NoSampling_LiesJustAboveTheExactGaussian() => Gen.Select(Gen.Double[1, 5], Gen.Int[1, 100]).Sample(
        (noise, steps) =>
        {
            PldAccountant accountant = new();
            accountant.Compose(new SubsampledGaussian(1, noise), steps);
            double exact = GaussianMechanism.Epsilon(noise / Math.Sqrt(steps), 1e-5), bound = accountant.Epsilon(1e-5);
            Assert.InRange(bound, exact - 1e-9, exact + 1e-3 + (exact / 1000));
        },
        iter: 10);

    [Fact]
    public void Epsilon_MoreNoiseFewerRoundsLowerRate_IsSmaller() => Settings.Sample(
        (rate, noise, steps) =>
        {
            (double rdp, double pld) = Both(rate, noise, steps);

            // Many rounds of next to no loss are where the grid costs most.
            Assert.True(pld <= rdp + 1e-3, $"{rate} {noise} {steps}: {pld} by loss distributions against {rdp}");
            (double, double)[] less = [Both(rate, noise * 1.2, steps), Both(rate, noise, (steps / 2) + 1), Both(rate * 0.7, noise, steps)];
            foreach ((double lessRdp, double lessPld) in less)
            {
                Assert.True(lessRdp <= rdp + 1e-12 && lessPld <= pld + 1e-9, $"{rate} {noise} {steps}: {lessRdp} {lessPld} against {rdp} {pld}");
            }
        },
        iter: 4);

    [Fact]
    public void Calibration_NoiseFound_KeepsTheBudgetAndIsNearlyTheLeast() => Gen.Select(Gen.Double[0.5, 8], Gen.Double[0.005, 0.2], Gen.Int[1, 500]).Sample(
        (epsilon, rate, rounds) =>
        {
            PrivacyPlan plan = new() { Rate = rate, Rounds = rounds };
            double noise = plan.NoiseFor(epsilon);
            Assert.InRange(plan.At(noise).Epsilon, epsilon * 0.98, epsilon);
        },
        iter: 3);

    [Fact]
    public void Pld_TwoPhasesOfOneSetting_AreOneLongPhase()
    {
        PldAccountant two = new(), one = new();
        two.Compose(new SubsampledGaussian(0.02, 1), 30);
        two.Compose(new SubsampledGaussian(0.02, 1), 70);
        one.Compose(new SubsampledGaussian(0.02, 1), 100);
        Assert.Equal(one.Epsilon(1e-5), two.Epsilon(1e-5));
        Assert.Equal(0, new PldAccountant().Epsilon(1e-5));
        Assert.Equal(1e-5, one.Delta(one.Epsilon(1e-5)), 1e-10);
    }

    [Fact]
    public void FixedSampling_AllUnits_CountHalfOfTheNoise()
    {
        PrivacyPlan all = new() { Rate = 1, Rounds = 3, Population = 10, Sampling = SamplingScheme.Fixed };
        Assert.Equal((all with { Sampling = SamplingScheme.Poisson }).At(2).Rdp.Value, all.At(4).Rdp.Value, 1e-12);
        Assert.Null(all.At(4).Pld);
        Assert.InRange(all.At(all.NoiseFor(3)).Epsilon, 2.99, 3);
    }

    [Theory]
    [InlineData(-0.1, 1, "sampling rate")]
    [InlineData(double.NaN, 1, "sampling rate")]
    [InlineData(0.1, 0, "noise multiplier")]
    [InlineData(0.1, double.PositiveInfinity, "noise multiplier")]
    public void Compose_NoMechanism_IsRefused(double rate, double noise, string expected)
    {
        SubsampledGaussian mechanism = new(rate, noise);
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(() => new RdpAccountant().Compose(mechanism)).Message, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(() => new PldAccountant().Compose(mechanism)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoiseFor_BudgetThatNoNoiseKeeps_IsRefused()
    {
        PrivacyPlan plan = new() { Rate = 1, Rounds = 1_000_000_000_000_000, Delta = 1e-12 };
        string message = Assert.Throws<PalimpsestException>(() => plan.NoiseFor(1e-3)).Message;
        Assert.Contains("Allow a larger epsilon or delta, or fewer rounds", message, StringComparison.Ordinal);
    }

    private static Gen<(double Rate, double Noise, int Steps)> Settings => Gen.Select(Gen.Double[0.001, 0.3], Gen.Double[0.6, 5], Gen.Int[1, 1000]);

    private static (double Rdp, double Pld) Both(double rate, double noise, long steps)
    {
        PrivacyReport report = new PrivacyPlan { Rate = rate, Rounds = steps }.At(noise);
        return (report.Rdp.Value, report.Pld!.Value);
    }
}
