using Palimpsest.Data.Batches;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;
using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Tests.Reasoning;

/// <summary>Where wrong solutions go wrong by rollouts of a model, and the pairs that are made of it.</summary>
public sealed class StepPairTests(SmallReasoner reasoner) : IClassFixture<SmallReasoner>
{
    private const int Rollouts = 6, Samples = 6;

    [Fact]
    public void Searches_OverTheSameRollouts_AgreeWhereTheyMust()
    {
        using RolloutEngine engine = reasoner.Engine();
        Trace[] wrong = Wrong(engine);
        PitFinder finder = new(reasoner.Problems, engine, Rollouts, Samples);
        IReadOnlyList<StepValues> values = finder.Values(wrong, default)!;
        foreach (PitRule rule in Enum.GetValues<PitRule>())
        {
            IReadOnlyList<PitFinding> scan = finder.Find(wrong, rule, PitSearch.Scan, default)!,
                early = finder.Find(wrong, rule, PitSearch.EarlyStop, default)!,
                bisection = finder.Find(wrong, rule, PitSearch.Bisection, default)!;
            for (int i = 0; i < wrong.Length; i++)
            {
                bool open = rule != PitRule.LargestDrop || values[i].Solved > 0;
                Assert.Equal(open ? values[i].Pit(rule) : null, scan[i].Pit);
                Assert.Equal(open, early[i].Pit is not null);

                // No step is asked twice, none behind the first zero, and what was asked has the same count.
                int?[] known = [.. early[i].Values.Successes];
                Assert.All(known.Index().Where(own => own.Item is not null), own => Assert.Equal(values[i].Successes[own.Index], own.Item));
                if (rule != PitRule.LargestDrop)
                {
                    Assert.Equal(scan[i].Pit, early[i].Pit);
                    Assert.Equal(values[i].Pit(PitRule.FirstZero), early[i].Pit); // the whole wrong solution counts as a zero
                }

                int? pit = bisection[i].Pit;
                Assert.Equal(open, pit is not null);
                if (open && rule != PitRule.LargestDrop)
                {
                    Assert.Equal(0, values[i].Successes[pit!.Value - 1]);
                    Assert.True(pit == 1 || values[i].Successes[pit.Value - 2] > 0);
                }

                int most = (int)Math.Ceiling(Math.Log2(wrong[i].Steps.Count));
                Assert.InRange(bisection[i].Values.Successes.Count(own => own is not null) - 1, 0, most); // the last is known without asking
            }
        }
    }

    [Fact]
    public void Pairs_OfEitherForm_BeginLiterallyWithTheSample()
    {
        using RolloutEngine engine = reasoner.Engine();
        SolutionPool pool = SolutionPool.Sample(reasoner.Problems, engine, Samples, default)!;
        Trace[] traces = [.. pool.Traces];
        foreach (PairingForm pairing in Enum.GetValues<PairingForm>())
        {
            PairBuilder builder = new(reasoner.Problems, SymbolTable.End);
            StepPairs made = StepPairs.Make(pool, engine, new PitFinder(reasoner.Problems, engine, Rollouts, Samples), builder,
                new PairOptions(pairing, PitRule.LargestDrop, PitSearch.Scan, 4), default)!;
            Assert.NotEmpty(made.Pairs);
            foreach (StepPair pair in made.Pairs)
            {
                int[] rejected = [.. pair.Prompt, .. pair.Rejected], chosen = [.. pair.Prompt, .. pair.Chosen];
                Assert.Contains(traces, trace => trace.Problem == pair.Problem && trace.Sequence.AsSpan().StartsWith(rejected) && !trace.IsRight);
                Assert.Equal(SymbolTable.End, pair.Chosen[^1]);
                Assert.True(reasoner.Problems.Judge(pair.Problem, chosen[reasoner.Problems.Prompt(pair.Problem).Length..^1], CompletionEnd.EndToken).IsRight);
                Assert.False(pair.Chosen.AsSpan().StartsWith(pair.Rejected));
                Assert.Equal(pairing == PairingForm.SharedPrefix ? 1 : pair.Step, reasoner.Problems.Steps.Cut(pair.Rejected).Count);
                int[] prompt = reasoner.Problems.Prompt(pair.Problem);
                Assert.Equal(pairing == PairingForm.SharedPrefix ? pair.Step - 1 : 0, reasoner.Problems.Steps.Cut(pair.Prompt.AsSpan(prompt.Length)).Count);
            }

            Assert.Equal(made.Pairs.Count, made.Pairs.Select(pair => string.Join(',', [.. pair.Prompt, -1, .. pair.Chosen, -1, .. pair.Rejected])).Distinct()
                .Count());
            Assert.Equal(made.Findings.Count(finding => finding.Pit is not null), made.Pairs.Count + builder.Duplicates + builder.Unmatched);
        }
    }

    [Fact]
    public void SharedPrefix_Masked_HasTheMarginOfTheUnmaskedPair()
    {
        using RolloutEngine engine = reasoner.Engine();
        StepPair pair = StepPairs.Make(SolutionPool.Sample(reasoner.Problems, engine, Samples, default)!, engine,
            new PitFinder(reasoner.Problems, engine, Rollouts, Samples),
            new PairBuilder(reasoner.Problems, SymbolTable.End), new PairOptions(PairingForm.SharedPrefix, PitRule.FirstZero, PitSearch.Scan, 4),
                default)!.Pairs
            .First(own => own.Step > 1);
        using CausalModel precise = CausalModel.Create(reasoner.Model.Causal.Config, TestContexts.F64(), new RandomStream(2));
        double Margin(int from)
        {
            TokenSequence Of(int[] answer) => new([.. pair.Prompt, .. answer], from);
            double[] sums = AnswerScores.Constant(precise, TokenBatch.Of([Of(pair.Chosen), Of(pair.Rejected)]));
            return sums[0] - sums[1];
        }

        int problem = reasoner.Problems.Prompt(pair.Problem).Length;
        Assert.Equal(Margin(problem), Margin(pair.Prompt.Length), 1e-10);
        Assert.True(problem < pair.Prompt.Length);
        Assert.Equal(pair.Rejected.Length, pair.ToSequences().Rejected!.Targets);
    }

    [Fact]
    public void Pool_OfOneKind_SaysWhatToChange()
    {
        using RolloutEngine engine = reasoner.Engine();
        SolutionPool Pool(bool right) => SolutionPool.Sample(new Decided(reasoner.Problems, right), engine, 2, default)!;
        SolutionPool always = Pool(right: true);
        Assert.Contains("solves none", Pool(right: false).WhyNoPairs, StringComparison.Ordinal);
        Assert.Contains("every time", always.WhyNoPairs, StringComparison.Ordinal);
        PitFinder finder = new(reasoner.Problems, engine, 2, 2);
        PairBuilder builder = new(reasoner.Problems, SymbolTable.End);
        Assert.Empty(StepPairs.Make(always, engine, finder, builder, new PairOptions(PairingForm.FromProblem, PitRule.LargestDrop, PitSearch.Scan, 4),
            default)!.Pairs);
    }

    private Trace[] Wrong(RolloutEngine engine)
    {
        SolutionPool pool = SolutionPool.Sample(reasoner.Problems, engine, Samples, default)!;
        Trace[] wrong = [.. Enumerable.Range(0, reasoner.Problems.Count).SelectMany(problem => pool.Wrong(problem, 2)).Take(40)];
        Assert.True(wrong.Length > 10, "The model is hardly ever wrong.");
        Assert.True(pool.Solved > 0.1, "The model is hardly ever right.");
        return wrong;
    }

    private sealed class Decided(IRolloutProblems problems, bool right) : IRolloutProblems
    {
        public int Count => problems.Count;

        public StepBoundaries Steps => problems.Steps;

        public int[] Prompt(int problem) => problems.Prompt(problem);

        public Palimpsest.Reasoning.Verifiers.Judgement Judge(int problem, int[] solution, CompletionEnd end) =>
            new(right ? Palimpsest.Reasoning.Verifiers.Verdict.Right : Palimpsest.Reasoning.Verifiers.Verdict.Wrong, "0");

        public string Text(ReadOnlySpan<int> ids) => problems.Text(ids);
    }
}
