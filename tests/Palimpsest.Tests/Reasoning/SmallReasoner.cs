using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.Arms;
using Palimpsest.Reasoning.Experiment;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;
using Palimpsest.Runs;

namespace Palimpsest.Tests.Reasoning;

/// <summary>A model that has learnt a small task well enough to be right now and then, trained once for a class of tests.</summary>
public sealed class SmallReasoner : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallReasoner()
    {
        Task = new PlantedShortcut { Operands = 5, Base = 4 }.Create();
        TaskData data = new(Task, 5);
        Problems = new TaskProblems(Task, data.Problems("pool", 60));
        Model = new TaskModel(new ReasoningModelSection { Width = 32, Layers = 2, Heads = 2 }, Task, 5);
        using RunFolder run = RunFolder.Create(_folder.Path, "test", "");
        Model.Imitate([.. data.Demonstrations(300).Select(own =>
            TaskModel.Sequence(Task.Symbols.Encode(own.Problem.Text), [.. Task.Symbols.Encode(own.Solution), SymbolTable.End]))],
            new TrainSettings { Steps = 260, BatchSize = 32, LearningRate = 5e-3 }, new RandomStream(5), new JobContext(run, new Silent()), "test");
    }

    internal TaskModel Model { get; }

    public IReasoningTask Task { get; }

    public TaskProblems Problems { get; }

    public RolloutEngine Engine(RolloutStore? store = null) =>
        new(Model.Causal, new() { MaxNewTokens = Model.Causal.Config.ContextLength, Temperature = 1 }, 7, store, capacity: Model.Capacity);

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }

    internal sealed class Silent : IJobLog
    {
        public void Say(string sentence)
        {
        }

        public void Progress(JobProgress progress)
        {
        }
    }
}
