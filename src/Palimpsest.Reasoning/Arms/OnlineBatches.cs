using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Batches of solutions that the model samples when a round begins, weighted by their advantages.</summary>
internal sealed class OnlineBatches(TaskModel model, IRolloutProblems problems, RolloutEngine engine, RandomStream random) : IBatchSource<WeightedBatch>
{
    private WeightedBatch? _batch;
    private int _served;

    public required int RoundProblems { get; init; }

    public required int Group { get; init; }

    public required int StepsOfRound { get; init; }

    public required Func<IReadOnlyCollection<double>, double[]> Advantages { get; init; }

    public required bool KeepsLogProbabilities { get; init; }

    public WeightedBatch Next()
    {
        (int round, int place) = Math.DivRem(_served++, StepsOfRound);
        return _batch = place == 0 || _batch is null ? Sample(round) : _batch;
    }

    public string SaveCursor() => _served.ToString(CultureInfo.InvariantCulture);

    public void RestoreCursor(string cursor) => throw new NotSupportedException(
        "What a model samples while it learns cannot be found again without the model.");

    private WeightedBatch Sample(int round)
    {
        RandomStream draws = random.Child(round.ToString(CultureInfo.InvariantCulture));
        int[] asked = [.. Enumerable.Range(0, RoundProblems).Select(_ => draws.NextInt(problems.Count))];

        // Numbers of their own, so that a problem that comes again is sampled anew.
        Rollout[][] all = engine.All([.. asked.Select(problem => RolloutRequest.Of(problems.Prompt(problem), Group, round * Group))], "solutions",
            CancellationToken.None)!;
        List<WeightedSequence> solutions = [];
        foreach ((int problem, Rollout[] group) in asked.Zip(all))
        {
            double[] advantages = Advantages([.. group.Select(rollout => problems.Judge(problem, rollout.Tokens, rollout.End).IsRight ? 1.0 : 0)]);
            solutions.AddRange(group.Zip(advantages, (rollout, advantage) => WeightedSequence.Even(
                TaskModel.Sequence(problems.Prompt(problem), rollout.IsWhole ? [.. rollout.Tokens, SymbolTable.End] : rollout.Tokens), advantage)));
        }

        WeightedBatch batch = WeightedBatch.Of(solutions);
        return KeepsLogProbabilities ? batch with { Sampled = LogProbabilities(model.Causal, batch.Answers) } : batch;
    }

    private static double[] LogProbabilities(CausalModel model, TokenBatch answers)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return [.. model.LogProbabilities(model.Hidden(answers), answers.Rows, answers.Targets).to(ScalarType.Float64, CPU).data<double>()];
    }
}
