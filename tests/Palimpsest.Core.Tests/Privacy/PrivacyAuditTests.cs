using System.Text.Json;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Privacy;
using Palimpsest.Tests.Metrics;

namespace Palimpsest.Tests.Privacy;

/// <summary>Lower bounds from attacks: against reference values, and against our own mechanism, whose accountant must lie above.</summary>
public sealed class PrivacyAuditTests
{
    public static IEnumerable<TheoryDataRow<string>> Audits() => Reference.File("audit.json", "privacy");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Audits))]
    public void Audit_EveryCase_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("clopper_pearson_two_threshold").EnumerateArray())
        {
            (int hits, int members, int alarms, int others) = (Count(item, "tp"), Count(item, "members"), Count(item, "fp"), Count(item, "non_members"));
            double confidence = item.GetProperty("confidence").GetDouble();
            Ends(item.GetProperty("tpr"), ProportionIntervals.ClopperPearson(hits, members, confidence), item);
            Ends(item.GetProperty("fpr"), ProportionIntervals.ClopperPearson(alarms, others, confidence), item);
            double bound = PrivacyAudit.FromRates(hits, members, alarms, others, item.GetProperty("delta").GetDouble(), confidence);
            check.Close(item.GetProperty("eps_lower"), bound, item.ToString(), 1e-10, 1e-9);
        }

        foreach (JsonElement item in file.GetProperty("one_run_steinke_nasr_jagielski").EnumerateArray())
        {
            (int canaries, int guesses, int correct) = (Count(item, "m"), Count(item, "guesses"), Count(item, "correct"));
            double delta = item.GetProperty("delta").GetDouble();
            check.Close(item.GetProperty("p_value_at_eps_1"), PrivacyAudit.OneRunPValue(canaries, guesses, correct, 1, delta), item.ToString(), 0, 1e-9);
            double bound = PrivacyAudit.FromOneRun(canaries, guesses, correct, delta, item.GetProperty("significance").GetDouble());
            check.Close(item.GetProperty("eps_lower"), bound, item.ToString(), 1e-10);
        }

        check.Assert("audits");

        void Ends(JsonElement expected, Interval actual, JsonElement item)
        {
            check.Close(expected[0], actual.Lower, item.ToString(), 1e-14, 1e-9);
            check.Close(expected[1], actual.Upper, item.ToString(), 1e-14, 1e-9);
        }
    }

    /// <summary>Each canary has a coordinate of its own and a fair coin of the aggregator: the surest guesses are the largest and smallest coordinates.</summary>
    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(1, 0.2)]
    [InlineData(4, 0)]
    public void OneRun_OurOwnMechanism_LiesBelowTheAccountant(double noise, double least)
    {
        const int Canaries = 2000, Guesses = 200;
        PrivacyPlan plan = new() { Rate = 0.5, Rounds = 1, Population = Canaries };
        PrivateRound round = new PrivateAggregator(plan, noise, 1, Canaries, PrivacyRandomness.Simulation(new RandomStream(11, "audit"))).Begin();
        foreach (long unit in round.Participants)
        {
            float[] update = new float[Canaries];
            update[unit] = 1;
            round.Add(unit, update);
        }

        float[] scores = new float[Canaries];
        round.Release(scores);
        HashSet<long> members = [.. round.Participants];
        long[] order = [.. Enumerable.Range(0, Canaries).Select(unit => (long)unit).OrderBy(unit => scores[unit])];
        int correct = order.TakeLast(Guesses / 2).Count(members.Contains) + order.Take(Guesses / 2).Count(unit => !members.Contains(unit));
        Assert.InRange(PrivacyAudit.FromOneRun(Canaries, Guesses, correct, 1e-5), least, GaussianMechanism.Epsilon(noise, 1e-5));
    }

    [Fact]
    public void Audit_CountsThatAreNone_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAudit.FromOneRun(10, 5, 6, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAudit.FromOneRun(10, 11, 6, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAudit.FromOneRun(10, 5, 5, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAudit.FromRates(11, 10, 0, 10, 0));
        Assert.Throws<PalimpsestException>(() => PrivacyAudit.FromRates(1, 10, 0, 10, -0.1));
    }

    private static int Count(JsonElement item, string name) => item.GetProperty(name).GetInt32();
}
