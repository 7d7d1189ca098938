using System.Diagnostics;
using Palimpsest.Data.Batches;
using Palimpsest.Federation.Clients;
using Palimpsest.Federation.Experiment;
using Palimpsest.Federation.Rounds;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Benchmarks;

/// <summary>What a federation costs beside its clients' training: optimizer steps a second of one thread in a bare training loop over batches made
/// beforehand, in a client's model, and in whole rounds, by turns.</summary>
internal static class FederationBenchmark
{
    private const int Clients = 8, BatchSize = 16;

    public static void Run(int rounds)
    {
        TorchThreads.Use(1);
        FederateRecipe recipe = RecipeReader.Parse<FederateRecipe>("schema: 1\nkind: federate\n", "benchmark");
        WorldPopulation population = new(0, Clients, facts: 10, examplesPerFact: 12);
        LocalOptions local = new() { BatchSize = BatchSize, LearningRate = 0.01 };
        using LanguageModel language = LanguageModel.Load("base-v1", new TorchContext(threads: 1), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Create(language.Model, recipe.Method.Lora, new RandomStream(7));
        using LoraAdapters adapters = new(language.Model);
        adapters.Activate(adapter);
        ExampleEncoder encoder = new(language.Tokenizer, language.Model.Config.ContextLength);
        TokenBatch[] batches = [.. Enumerable.Range(0, Clients).SelectMany(client => population.Training(client).Select(example => encoder.Encode(example)!)
            .Chunk(BatchSize)).Select(TokenBatch.Of)];
        using ClientModel model = ClientModel.Open(new ClientModelOptions(), population);
        float[] start = new float[model.Layout.Count], end = new float[start.Length];
        model.ReadStart(start);
        using FederatedTraining federation = new(new FederationParts
        {
            Clients = Clients,
            Name = population.NameOf,
            Open = () => ClientModel.Open(new ClientModelOptions(), population),
            Algorithm = Palimpsest.Federation.Algorithms.FederatedAlgorithmRegistry.Create(recipe.Method.Algorithm),
            Aggregator = new MeanAggregator(Clients, Clients),
            Optimizer = layout => Palimpsest.Federation.Rounds.ServerOptimizers.ServerOptimizerRegistry.Create(recipe.Server, layout.Count),
            Options = new FederationOptions { Rounds = rounds + 1, Cohort = Clients, Workers = 1, EvaluateEvery = 0, Local = local },
            Random = new RandomStream(7),
        });

        List<double> bare = [], clients = [], whole = [];
        int taken = 0;
        federation.Run(
            progress =>
            {
                // The first round compiles.
                if (taken++ > 0)
                {
                    whole.Add(progress.Steps / (Clients / progress.ClientsPerSecond));
                }

                double steps = Steps(() => Bare(language, adapter, batches), batches.Length), own = Steps(
                    () =>
                    {
                        for (int client = 0; client < Clients; client++)
                        {
                            model.Train(client, start, new LocalTraining { Options = local, Random = new RandomStream(client) }, end);
                        }
                    }, batches.Length);
                if (taken > 1)
                {
                    bare.Add(steps);
                    clients.Add(own);
                }
            });
        Console.WriteLine($"federation: base-v1, an adapter of rank 16 ({model.Layout.Count:N0} values), {Clients} clients of {batches.Length / Clients} steps "
            + $"of {BatchSize}, FLASC 1/4, one worker of one thread; {rounds} rounds by turns, median");
        Say("bare training loop", bare, bare);
        Say("client's model", clients, bare);
        Say("whole rounds", whole, bare);
    }

    private static void Say(string name, List<double> steps, List<double> bare)
    {
        double rate = Median(steps), share = Median([.. steps.Zip(bare, (own, other) => own / other)]);
        Console.WriteLine($"  {name,-20} {rate,7:F1} steps/s  {1e3 * (1 / rate),6:F2} ms a step  {share,6:P1} of the bare loop");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Steps(Action work, int steps)
    {
        long clock = Stopwatch.GetTimestamp();
        work();
        return steps / Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    private static void Bare(LanguageModel language, LoraAdapter adapter, TokenBatch[] batches)
    {
        TrainOptions options = new()
        {
            Steps = batches.Length,
            BatchSize = BatchSize,
            LearningRate = 0.01,
            Schedule = ScheduleKind.Constant,
            WarmupSteps = 0,
            ClipNorm = 0,
            Optimizer = new SgdOptions(),
            CheckpointEvery = 0,
        };
        using Trainer<TokenBatch> trainer = Trainer.Of(language.Model, Trainable.Adapter(adapter), options, new Listed(batches), new RandomStream(7));
        trainer.Run();
    }

    private sealed class Listed(TokenBatch[] batches) : IBatchSource<TokenBatch>
    {
        private int _next;

        public TokenBatch Next() => batches[_next++];

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
