using System.Text;
using Palimpsest.Cascades.Baselines;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Chains;
using Palimpsest.Cascades.Costs;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Compares policies on recorded answers: every one tuned on the same questions by the same rule, and counted on the same others.</summary>
internal sealed class CascadeStudy
{
    private readonly CascadeRecipe _recipe;
    private readonly ArmPlan _plan;
    private readonly int[] _calibration, _test;
    private readonly List<string> _leftOut = [];
    private readonly CascadeFiles _files;

    /// <summary>Deals the questions out.</summary>
    /// <param name="recipe">What is asked for.</param>
    /// <param name="recording">The answers.</param>
    /// <param name="files">Prices, and what others published.</param>
    /// <param name="encode">Makes sentence vectors; null without an encoder.</param>
    /// <exception cref="PalimpsestException">There are too few questions, or a tier names an unknown system.</exception>
    public CascadeStudy(CascadeRecipe recipe, Recording recording, CascadeFiles files, Func<IReadOnlyList<string>, float[][]>? encode = null)
    {
        _recipe = recipe;
        _files = files;
        RandomStream random = new(recipe.Seed, "cascade");
        (int[] tuning, _calibration, _test) = Deal(recipe, recording, random.Child("deal"));
        _plan = new ArmPlan
        {
            Recording = recording,
            Tiers = TiersOf(recipe.Method.Tiers, recording),
            Rule = recipe.Method.Rule,
            Samples = [.. recipe.Method.Samples.Select(recording.PlaceOf)],
            Costs = files.Prices is PriceTable table ? new CallCosts(recording, table)
                : new CallCosts(recording, recipe.Costs.Unit, recipe.Costs.Prices),
            Tuning = tuning.Length > 0 ? tuning : _calibration,
            Learns = tuning.Length > 0,
            Encode = encode,
            Random = random,
        };
    }

    /// <summary>The tiers as places of systems; without names all but the last, and the last.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> TiersOf(IReadOnlyList<IReadOnlyList<string>> names, Recording recording)
    {
        if (names.Count > 0)
        {
            return [.. names.Select((tier, number) => Different([.. tier.Select(recording.PlaceOf)], number + 1, recording))];
        }

        int systems = recording.Systems.Count;
        return systems > 1 ? [[.. Enumerable.Range(0, systems - 1)], [systems - 1]]
            : throw new PalimpsestException($"{recording.Name}: holds the answers of one system, and a cascade needs two. Record another one.");
    }

    // By what they are, whatever they are called.
    private static IReadOnlyList<int> Different(int[] members, int number, Recording recording) =>
        members.GroupBy(member => recording.Systems[member].Identity, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is not { } twice
            ? members : throw new PalimpsestException($"{recording.Name}: tier {number} holds one model twice "
                + $"({string.Join(" and ", twice.Select(member => recording.Systems[member].Name))}), which would agree with itself. Take models that differ.");

    public CascadeResult Run(Action<string> say)
    {
        IReadOnlyList<CascadeArm> arms = CascadeArms.Of(_plan, reason =>
        {
            _leftOut.Add(reason);
            say($"Left out: {reason}");
        });
        double dearest = arms.First(arm => arm.Name == CascadeArms.LastTier).Run([], _test).MeanCost;
        CascadeArm? agreement = arms.FirstOrDefault(arm => arm.Name == CascadeArms.Agreement);
        CascadeArmResult? agreed = agreement is null ? null : Judge(agreement, dearest);

        // By lot as many are passed on as by agreement, or by the first other policy of as many tiers.
        CascadeArm lot = arms.First(arm => arm.Name == CascadeArms.Random);
        CascadeArm? pattern = agreement ?? arms.FirstOrDefault(arm => arm != lot && !arm.IsFixed && arm.Tiers.Count == lot.Tiers.Count);
        CascadeArmResult? rate = agreed ?? (pattern is null ? null : Judge(pattern, dearest));
        List<CascadeArmResult> results = [.. arms.Select(arm => arm == agreement ? agreed!
            : Judge(arm, dearest, arm == lot && rate is not null ? AtRateOf(rate, lot) : null))];
        if (agreement is not null)
        {
            results.AddRange(Controls.Of(_plan, agreement).Select(arm => Judge(arm, dearest)));
        }

        return new CascadeResult
        {
            Subject = $"{_plan.Recording.Systems.Count} systems on {Path.GetFileName(_plan.Recording.Name)}",
            Unit = _plan.Costs.UnitName,
            Systems = [.. Enumerable.Range(0, _plan.Recording.Systems.Count).Select(System)],
            Tiers = [.. _plan.Tiers.Select(tier => (IReadOnlyList<string>)[.. tier.Select(member => _plan.Recording.Systems[member].Name)])],
            Rule = _plan.Rule,
            Counts = [_plan.Tuning.Count, _calibration.Length, _test.Length],
            Arms = results,
            LeftOut = _leftOut,
            Levels = agreement is null ? [] : Levels(agreement, agreed!),
            Contradictions = _plan.Recording.Contradictions,
            Prices = _files.Prices?.Said(_plan.Recording.Systems.Select(system => system.Name)),
            Published = _files.Published,
            Splits = agreement is null || _recipe.Evaluate.Splits == 0 ? null
                : CertificateTrial.Of(agreement, [.. _calibration, .. _test], _calibration.Length, _recipe,
                    new RandomStream(_recipe.Seed, "cascade", "splits")),
            Gamma = _plan.Tiers[0].Average(member => _test.Average(item => _plan.Costs.Of(item, member))) / dearest,
            Bytes = _test.Average(item => Encoding.UTF8.GetByteCount(_plan.Recording.Items[item].Question)
                + _plan.Tiers[^1].Average(member => Encoding.UTF8.GetByteCount(_plan.Recording.Items[item].Replies[member].Answer))),
        };
    }

    private CascadeArmResult Judge(CascadeArm arm, double dearest, IReadOnlyList<double?>? given = null)
    {
        Certificate? certificate = given is not null || arm.IsFixed || arm.Tiers.Count == 1 ? null : Certificate.Of(arm, _calibration, _recipe.Certificate);
        IReadOnlyList<double?> thresholds = given ?? certificate?.Thresholds ?? [.. Enumerable.Repeat<double?>(1, arm.Tiers.Count - 1)];
        ArmOutcome outcome = arm.Run(thresholds, _test);
        double?[]? affordable = BudgetSearch.Thresholds(arm, _calibration, _recipe.Evaluate.Budget * dearest);
        return new CascadeArmResult
        {
            Name = arm.Name,
            Note = arm.Note,
            Thresholds = thresholds,
            Bounds = [.. certificate?.Tiers.Select(tier => tier.Bound) ?? []],
            Shortfalls = [.. certificate?.Shortfalls ?? []],
            Right = [.. outcome.Right.Select(right => right ? 1.0 : 0)],
            Cost = outcome.MeanCost,
            Reach = outcome.Reach,
            Excess = CertificateTrial.Excess(arm, thresholds, _test),
            Frontier = arm.Frontier(_calibration, _test),
            AtBudget = affordable is null ? null : arm.Run(affordable, _test).Accuracy,
            Calibration = arm.Name == CascadeArms.Agreement ? certificate?.Tiers ?? [] : [],
        };
    }

    private double?[] AtRateOf(CascadeArmResult pattern, CascadeArm lot) => lot.ThresholdsKeeping(
        [.. pattern.Thresholds.Select((_, tier) => pattern.Reach[tier] == 0 ? 0 : 1 - (pattern.Reach[tier + 1] / pattern.Reach[tier]))], _test);

    private CascadeSystem System(int system)
    {
        RecordedItem[] items = [.. _test.Select(item => _plan.Recording.Items[item])];
        double[] seconds = [.. items.Select(item => item.Replies[system].Usage.Seconds).OfType<double>()];
        return new CascadeSystem(_plan.Recording.Systems[system].Name, items.Average(item => item.Right[system] ? 1.0 : 0),
            _test.Average(item => _plan.Costs.Of(item, system)),
            seconds.Length == items.Length ? seconds.Average() : null, items.Average(item => item.Replies[system].Answer.Length == 0 ? 1.0 : 0));
    }

    // Where nobody says how hard a question is, the number of systems that get it right does.
    private IReadOnlyList<CascadeLevel> Levels(CascadeArm agreement, CascadeArmResult agreed)
    {
        ArmOutcome outcome = agreement.Run(agreed.Thresholds, _test);
        string LevelOf(int item) => _plan.Recording.Items[item].Level
            ?? $"{_plan.Tiers.SelectMany(tier => tier).Count(member => _plan.Recording.Items[item].Right[member])} of {_plan.Tiers.Sum(tier => tier.Count)} "
                + "systems right";
        return [.. Enumerable.Range(0, _test.Length).GroupBy(i => LevelOf(_test[i]), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
            new CascadeLevel(group.Key, group.Count(), Share(group, i => outcome.Tier[i] > 0), Share(group, i => agreement.Tiers[0].Right[_test[i]]),
                Share(group, i => outcome.Right[i]), Share(group, i => agreement.Tiers[^1].Right[_test[i]])))];

        static double Share(IEnumerable<int> items, Func<int, bool> counted) => items.Average(i => counted(i) ? 1.0 : 0);
    }

    private static (int[] Tuning, int[] Calibration, int[] Test) Deal(CascadeRecipe recipe, Recording recording, RandomStream random)
    {
        int[] order = [.. Enumerable.Range(0, recording.Items.Count)];
        random.Shuffle(order.AsSpan());
        int tune = recipe.Data.Tune, calibrate = recipe.Data.Calibrate, rest = order.Length - tune - calibrate;
        if (rest < 1)
        {
            throw new PalimpsestException($"{recording.Name}: holds {order.Length} questions; data.tune takes {tune} and data.calibrate {calibrate}, and "
                + "none is left to count. Lower them.");
        }

        int test = recipe.Data.Test is int most and > 0 ? Math.Min(most, rest) : rest;
        return (order[..tune], order[tune..(tune + calibrate)], order[(tune + calibrate)..(tune + calibrate + test)]);
    }
}
