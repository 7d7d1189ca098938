using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Tests.Runs;

public sealed class ClaimsFileTests
{
    private static readonly Claim Whole = new()
    {
        Id = "better",
        Says = "Ours is <better>.",
        Reading = "here",
        Metric = "accuracy",
        Compare = new ClaimComparison { Arm = "ours", With = "theirs", As = ClaimFigure.Ratio, At = new Dictionary<string, string> { ["owners"] = "64", ["rank"] = "8" } },
        HoldsIf = new ClaimRule { LowerBound = Threshold.Parse(">= 5", null), Confidence = 0.9, PairedBy = Pairing.None, MinSeeds = 4 },
        Control = new ClaimControl { Arm = "local", With = "none", As = ClaimFigure.Difference, Metric = "loss", At = new Dictionary<string, string> { ["owners"] = "8" }, Must = Threshold.Parse("< 0.25", null) },
    };

    [Fact]
    public void Read_WhatWasWritten_ComesBack()
    {
        using TemporaryFolder root = new();
        ClaimVerdict[] verdicts =
        [
            .. Enum.GetValues<Verdict>().Select(verdict => new ClaimVerdict(Whole, verdict, new Interval(1.5, double.NegativeInfinity, double.NaN, 0.9), 4, "Because.")),
            new ClaimVerdict(Whole with { Reading = null, Control = null }, Verdict.Inconclusive, null, 0, "None."),
        ];
        ClaimsFile.Write(root["claims.json"], verdicts);
        IReadOnlyList<ClaimVerdict> read = ClaimsFile.Read(root["claims.json"]);
        Assert.Equal(verdicts.Select(verdict => (verdict.Verdict, verdict.Figure, verdict.Seeds, verdict.Reason)), read.Select(verdict => (verdict.Verdict, verdict.Figure, verdict.Seeds, verdict.Reason)));

        // The hash covers every key of the claims, so equal hashes mean that nothing was lost.
        Assert.Equal(ClaimRules.Hash([.. verdicts.Select(verdict => verdict.Claim)]), ClaimRules.Hash([.. read.Select(verdict => verdict.Claim)]));
        Assert.Equal(Whole.HoldsIf, read[0].Claim.HoldsIf);
    }

    [Fact]
    public void Read_NoFileOrDamagedOne_IsNoneOrAClearError()
    {
        using TemporaryFolder root = new();
        Assert.Empty(ClaimsFile.Read(root["claims.json"]));
        foreach (string bad in (string[])["", "{", "{}", "[{}]", "[{\"verdict\": 7}]", "[null]"])
        {
            AtomicFile.WriteText(root["claims.json"], bad);
            Assert.Contains("Delete it", Assert.Throws<PalimpsestException>(() => ClaimsFile.Read(root["claims.json"])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Hash_AnyKeyChanged_IsAnother()
    {
        Claim[] changed =
        [
            Whole,
            Whole with { Id = "best" },
            Whole with { Says = "Ours is better." },
            Whole with { Reading = null },
            Whole with { Metric = "loss" },
            Whole with { Compare = Whole.Compare with { Arm = "our" } },
            Whole with { Compare = Whole.Compare with { With = "their" } },
            Whole with { Compare = Whole.Compare with { As = ClaimFigure.Difference } },
            Whole with { Compare = Whole.Compare with { At = new Dictionary<string, string> { ["owners"] = "64" } } },
            Whole with { HoldsIf = Whole.HoldsIf with { LowerBound = Threshold.Parse("> 5", null) } },
            Whole with { HoldsIf = Whole.HoldsIf with { LowerBound = null, UpperBound = Threshold.Parse(">= 5", null) } },
            Whole with { HoldsIf = Whole.HoldsIf with { LowerBound = null, Value = Threshold.Parse(">= 5", null) } },
            Whole with { HoldsIf = Whole.HoldsIf with { Confidence = 0.95 } },
            Whole with { HoldsIf = Whole.HoldsIf with { PairedBy = Pairing.Seed } },
            Whole with { HoldsIf = Whole.HoldsIf with { MinSeeds = null } },
            Whole with { HoldsIf = Whole.HoldsIf with { OnSeeds = 3 } },
            Whole with { Control = null },
            Whole with { Control = Whole.Control! with { Arm = "x" } },
            Whole with { Control = Whole.Control! with { With = "x" } },
            Whole with { Control = Whole.Control! with { As = ClaimFigure.Ratio } },
            Whole with { Control = Whole.Control! with { Metric = null } },
            Whole with { Control = Whole.Control! with { At = null } },
            Whole with { Control = Whole.Control! with { Must = Threshold.Parse("< 0.2500001", null) } },
        ];
        Assert.Equal(changed.Length, changed.Select(claim => ClaimRules.Hash([claim])).Distinct().Count());
        Assert.Equal(ClaimRules.Hash([Whole]), ClaimRules.Hash([Whole with { }]));
        Assert.True(ClaimRules.Fits([Whole], ClaimRules.Hash([Whole])));
        Assert.False(ClaimRules.Fits([Whole], ClaimRules.Hash([changed[1]])));
        Assert.False(ClaimRules.Fits([Whole], null));
        Assert.NotEqual(ClaimRules.Hash([changed[0], changed[1]]), ClaimRules.Hash([changed[1], changed[0]]));
    }
}
