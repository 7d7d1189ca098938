using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Models.Generation;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.Arms;
using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Palimpsest.Reasoning.Experiment;

/// <summary><c>kind: reasoning</c>: learns demonstrations at several numbers of problems, samples the models' own solutions, and trains every arm on them. What
/// is finished is a file, and rollouts are kept in a store, so that a killed run goes on.</summary>
public sealed class ReasoningJob : Job<ReasoningRecipe, ReasoningResult>
{
    /// <summary>The arm of the demonstrations alone.</summary>
    internal const string Sft = "sft";

    /// <inheritdoc/>
    public override string Kind => "reasoning";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(ReasoningRecipe recipe) => [];

    /// <inheritdoc/>
    protected override int? Threads(ReasoningRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(ReasoningRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        IReasoningTask task = recipe.Data.Task.Create();
        TaskData data = new(task, recipe.Seed);
        using TaskModel model = new(recipe.Model, task, recipe.Seed);
        using RolloutStore store = new(Path.Combine(context.Run.Artifacts, "rollouts.bin"));
        TaskProblems test = new(task, data.Problems(recipe.Evaluate.OnValidation ? "validation" : "test", recipe.Data.Test));
        float[] start = model.Weights;
        List<ReasoningCell> cells = [];
        List<SampledSolutions> samples = [];
        IReadOnlyList<ReasoningTrace> traces = [];
        foreach (int size in recipe.Data.Problems)
        {
            IReadOnlyList<ArmOptions> arms = [new SftArm(), .. recipe.Data.ArmsAt.Contains(size) ? recipe.Arms : []];
            Stage stage = new(recipe, context, data, model, store, test, start, size);
            foreach (ArmOptions arm in arms)
            {
                string file = string.Create(CultureInfo.InvariantCulture, $"{size}-{arm.Called}.json");
                ReasoningCell? cell = RunFolder.ReadArtifact<ReasoningCell>(context.Run.Path, file);
                if (cell is null)
                {
                    cell = stage.Train(arm);
                    if (cell is null)
                    {
                        return false;
                    }

                    context.Run.WriteArtifact(file, cell);
                }

                cells.Add(cell);
                Tell(cell, context.Log);
            }

            if (arms.Count > 1)
            {
                if (stage.Examine() is not var (found, shown))
                {
                    return false;
                }

                samples.Add(found);
                traces = shown;
            }
        }

        context.Run.WriteResult(new ReasoningResult
        {
            Parameters = model.Causal.Parameters.Layout.Count,
            Cells = cells,
            Samples = samples,
            Traces = traces,
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(ReasoningRecipe recipe, ReasoningResult result) => ReasoningFigures.Of(recipe, result);

    /// <inheritdoc/>
    protected override Report Report(ReasoningRecipe recipe, ReasoningResult result, string folder) => ReasoningReport.Of(recipe, result);

    private static void Tell(ReasoningCell cell, IJobLog log)
    {
        string shortcuts = cell.Score.Chances == 0 ? "" : FormattableString.Invariant($", shortcuts {100 * cell.Score.ShortcutRate:F1}%");
        string pairs = cell.Notes.Pairs is int count ? FormattableString.Invariant($", {count:N0} pairs") : "";
        log.Say(FormattableString.Invariant($"{cell.Problems:N0} problems, {cell.Arm}: {100 * cell.Score.Accuracy:F1}% right{shortcuts}{pairs}")
            + $"{(cell.Notes.Diverged ? ", diverged" : "")}, {JobText.Seconds(cell.Seconds)}.{(cell.Notes.Remark.Length > 0 ? " " + cell.Notes.Remark : "")}");
    }

    /// <summary>Everything at one number of problems; the demonstrations are learnt when something first needs them.</summary>
    private sealed class Stage(
        ReasoningRecipe recipe, JobContext context, TaskData data, TaskModel model, RolloutStore store, TaskProblems test, float[] start, int size)
    {
        private TokenSequence[]? _demonstrations;
        private readonly Dictionary<double, float[]> _sft = [];
        private TaskProblems? _problems;

        private TokenSequence[] Demonstrations => _demonstrations ??= [.. data.Demonstrations(size).Select(own =>
            TaskModel.Sequence(test.Task.Symbols.Encode(own.Problem.Text), [.. test.Task.Symbols.Encode(own.Solution), SymbolTable.End]))];

        private TaskProblems Problems => _problems ??= new TaskProblems(test.Task, recipe.Sampling.Source == ProblemSource.Pool
            ? data.Problems("pool", size) : [.. data.Demonstrations(size).Select(own => own.Problem)]);

        /// <summary>Trains and asks one arm; null if told to stop.</summary>
        public ReasoningCell? Train(ArmOptions arm)
        {
            long started = Stopwatch.GetTimestamp();
            if (Begin(arm.BeginsAt) is not float[] sft)
            {
                return null;
            }

            using TaskModel sampled = model.Copy(sft);
            using RolloutEngine engine = Engine(sampled);
            model.Weights = sft;
            ArmNotes? notes = arm.Learn(Context(arm.Called, engine, sft));
            TaskScore? score = notes is null ? null : TaskScore.Of(model, test, recipe.Sampling.Places, context.Stop);
            return score is null ? null
                : new ReasoningCell(arm.Called, size, score, notes!, engine.Sampled, engine.Seconds, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        /// <summary>Looks at the model's own solutions; null if told to stop.</summary>
        public (SampledSolutions Samples, IReadOnlyList<ReasoningTrace> Traces)? Examine()
        {
            string file = string.Create(CultureInfo.InvariantCulture, $"{size}-solutions.json");
            if (RunFolder.ReadArtifact<Examined>(context.Run.Path, file) is Examined before)
            {
                return (before.Samples, before.Traces);
            }

            if (Begin() is not float[] sft)
            {
                return null;
            }

            using TaskModel sampled = model.Copy(sft);
            using RolloutEngine engine = Engine(sampled);
            if (Context("examples", engine, sft).Pool() is not SolutionPool pool)
            {
                return null;
            }

            Trace[] right = [.. pool.Traces.Where(trace => trace.IsRight)], lucky = [.. right.Where(trace => FirstWrong(trace) is not null)];
            Trace[] wrong = [.. Enumerable.Range(0, pool.Problems.Count).SelectMany(problem => pool.Wrong(problem, recipe.Sampling.Negatives))];

            // Mostly wrong ones, of problems that are solved now and then where there are some, and a few that are right by luck.
            IEnumerable<Trace> telling = wrong.DistinctBy(trace => trace.Problem).OrderByDescending(trace => pool.Right(trace.Problem).Count > 0);
            Trace[] shown = [.. telling.Take(recipe.Evaluate.Traces - Math.Min(lucky.Length, recipe.Evaluate.Traces / 3)),
                .. lucky.DistinctBy(trace => trace.Problem).Take(recipe.Evaluate.Traces / 3)];
            PitFinder finder = new(Problems, engine, recipe.Evaluate.TraceRollouts, first: recipe.Sampling.Samples + recipe.Sampling.Rollouts);
            if (finder.Values(shown, context.Stop) is not IReadOnlyList<StepValues> values)
            {
                return null;
            }

            Examined found = new(
                new SampledSolutions(size, pool.Solved, wrong.Length, lucky.Length / (double)Math.Max(1, right.Length)), [.. shown.Zip(values, Shown)]);
            context.Run.WriteArtifact(file, found);
            return (found.Samples, found.Traces);
        }

        private float[]? Begin(double factor = 1)
        {
            if (!_sft.TryGetValue(factor, out float[]? sft))
            {
                // Longer trained, it is the model of sft-longer with this factor, bit for bit.
                SftLongerArm longer = new() { Factor = factor };
                string arm = factor == 1 ? Sft : longer.Called;
                model.Weights = start;
                if (model.Imitate(Demonstrations, longer.SettingsOf(recipe.Train), RandomOf(arm), context, StageOf(arm)) is null)
                {
                    return null;
                }

                _sft.Add(factor, sft = model.Weights);
            }

            return sft;
        }

        private RolloutEngine Engine(TaskModel sampled) => new(
            sampled.Causal, new SamplingOptions { MaxNewTokens = sampled.Causal.Config.ContextLength, Temperature = recipe.Sampling.Temperature },
            recipe.Seed, store, context.Log, recipe.Sampling.Places, capacity: sampled.Capacity);

        private ArmContext Context(string arm, RolloutEngine engine, float[] sft) => new()
        {
            Model = model,
            Sft = sft,
            Start = start,
            Train = recipe.Train,
            Sampling = recipe.Sampling,
            Demonstrations = Demonstrations,
            Problems = Problems,
            Engine = engine,
            Random = RandomOf(arm),
            Stage = StageOf(arm),
            Job = context,
        };

        private RandomStream RandomOf(string arm) => new(recipe.Seed, "reasoning", "arm", arm, size.ToString(CultureInfo.InvariantCulture));

        private string StageOf(string arm) => string.Create(CultureInfo.InvariantCulture, $"{arm}, {size:N0} problems");

        private int? FirstWrong(Trace trace) => Problems.Task.FirstWrongStep(Problems.Problems[trace.Problem], TaskAnswer.Lines(Problems.Text(trace.Solution)));

        private ReasoningTrace Shown(Trace trace, StepValues values) => new(
            Problems.Problems[trace.Problem].Text.TrimEnd('\n'), trace.IsRight, values.Problem,
            [.. Enumerable.Range(1, trace.Steps.Count).Select(step => Problems.Text(trace.Until(step).AsSpan(trace.Until(step - 1).Length)).TrimEnd('\n'))],
            [.. Enumerable.Range(1, trace.Steps.Count).Select(step => values.Value(step)!.Value)], FirstWrong(trace),
                trace.IsRight ? null : values.Pit(PitRule.LargestDrop));
    }
}

/// <summary>What was seen of a model's own solutions; kept so that an interrupted run goes on behind it.</summary>
internal sealed record Examined(SampledSolutions Samples, IReadOnlyList<ReasoningTrace> Traces);
