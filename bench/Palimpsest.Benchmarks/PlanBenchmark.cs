using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Models.Families;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Planning;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Flora;
using Palimpsest.Training.GaLore;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Meters;
using Palimpsest.Training.Optimizers;

namespace Palimpsest.Benchmarks;

/// <summary>The planner's bytes against the meter's: one process a case, since a peak never falls again.</summary>
internal static class PlanBenchmark
{
    private const int Steps = 4, Rank = 16;

    // A method that is planned and exists: one line.
    private static readonly Dictionary<string, (TrainingMethod Method, OptimizerOptions Optimizer)> s_methods = new(StringComparer.Ordinal)
    {
        ["adamw"] = (TrainingMethod.AdamW, new AdamWOptions()),
        ["adamw8bit"] = (TrainingMethod.AdamW8bit, new AdamW8bitOptions()),
        ["sgd"] = (TrainingMethod.Sgd, new SgdOptions()),
        ["lora"] = (TrainingMethod.Lora, new AdamWOptions()),
        ["grass"] = (TrainingMethod.Grass, new GrassOptions { Rank = Rank }),
        ["galore"] = (TrainingMethod.GaLore, new GaLoreOptions { Rank = Rank }),
        ["galore-projected"] = (TrainingMethod.GaLoreProjected, new GaLoreOptions { Rank = Rank, Layerwise = true }),
        ["flora"] = (TrainingMethod.Flora, new FloraOptions { Rank = Rank }),
    };

    private static readonly Dictionary<string, (LlamaConfig Config, int Batch, int Time)> s_sizes = new(StringComparer.Ordinal)
    {
        ["1M"] = (Shape(2048, 128, 344, 4, 4, 4, 256), 16, 256),
        ["9M"] = (Shape(32_000, 128, 352, 4, 4, 4, 256), 8, 256),
        ["7M"] = (Shape(4096, 256, 688, 6, 8, 8, 256), 16, 256),
        ["29M"] = (Shape(8192, 512, 1024, 8, 8, 4, 256), 8, 256),
    };

    /// <summary>Every size with every method, each in a process of its own; then what differs from the plain case.</summary>
    public static void All()
    {
        Console.WriteLine("                               buffers, to the byte     after the forward pass          at the most");
        Console.WriteLine("case                           measured    modelled     measured  modelled  ratio   measured  modelled  ratio");
        string[][] cases =
        [
            .. from size in s_sizes.Keys from method in s_methods.Keys select new[] { size, method, "f32" },
            ["7M", "adamw", "mixed"], ["7M", "lora", "mixed"], ["7M", "adamw", "f32", "again"], ["29M", "adamw", "f32", "again"],
        ];
        foreach (string[] one in cases)
        {
            using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["plan", .. one]))!;
            process.WaitForExit();
        }
    }

    /// <summary>One case in this process.</summary>
    public static void One(string size, string method, string type, bool again)
    {
        (LlamaConfig config, int batch, int time) = s_sizes[size];
        TorchContext context = new(type == "mixed" ? ComputeType.Bf16 : ComputeType.F32);
        TorchThreads.Use(context.Threads);
        RandomStream random = context.Stream("bench");
        FixedBatches batches = new(batch, time, [.. Enumerable.Range(0, batch * (time + 1)).Select(_ => (long)random.NextInt(config.VocabularySize))]);
        bool adapts = s_methods[method].Method == TrainingMethod.Lora;
        using CausalModel model = adapts ? Frozen(config, context) : CausalModel.Create(config, context, random);
        using LoraAdapter? adapter = adapts ? LoraAdapter.Create(model, new LoraOptions { Rank = Rank }, random) : null;
        using LoraAdapters adapters = new(model);
        if (adapter is not null)
        {
            adapters.Activate(adapter);
        }

        TrainOptions options = new() { Steps = Steps, WarmupSteps = 0, CheckpointEvery = 0, CheckpointBlocks = again, Optimizer = s_methods[method].Optimizer };
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, adapter is null ? Trainable.Whole(model) : Trainable.Adapter(adapter), options, batches, new RandomStream(7, "train"));

        // The first step compiles, and leaves behind the scratch memory of libtorch's products.
        long peak = 0, before = 0, forward = 0;
        bool warm = false, ended = false;
        Thread watch = new(() =>
        {
            while (!ended)
            {
                peak = warm ? Math.Max(peak, ProcessMemory.Allocated ?? 0) : 0;
            }
        });
        watch.Start();
        trainer.Run(progress =>
        {
            if (warm && progress.Memory is MemoryReading reading)
            {
                (before, forward) = (Math.Max(before, reading.Before), Math.Max(forward, reading.Forward));
            }

            warm = true;
        });
        ended = true;
        watch.Join();

        PlanOptions plan = new()
        {
            Model = ModelShapes.Of(size, config),
            Method = s_methods[method].Method,
            Rank = Rank,
            Type = type == "mixed" ? NumberType.Mixed : NumberType.F32,
            Batch = batch,
            Sequence = time,
            CheckpointBlocks = again,
        };
        MemoryBytes modelled = MemoryPlan.Of(plan);
        string name = $"{size} {method} {type}{(again ? " again" : "")}";
        double owned = trainer.Memory.Owned(), kept = MemoryPlan.AfterForward(plan);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-28} {owned,11:N0} {modelled.Owned,11:N0}   {Row(forward - before, kept)} {Row(peak - before, modelled.Activations)}"));
    }

    private static string Row(double measured, double modelled) =>
        string.Create(CultureInfo.InvariantCulture, $"{measured / 1e6,7:F1} MB {modelled / 1e6,6:F1} MB   {measured / modelled:F3}");

    private static CausalModel Frozen(LlamaConfig config, TorchContext context)
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest-plan").FullName;
        try
        {
            using (CausalModel fresh = CausalModel.Create(config, context, context.Stream("bench")))
            {
                ModelFolder.Save(fresh, folder);
            }

            return ModelFolder.Load(folder, context, LoadMode.Copied);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static LlamaConfig Shape(int vocabulary, int width, int inner, int layers, int heads, int keyHeads, int context) => new()
    {
        VocabularySize = vocabulary,
        HiddenSize = width,
        IntermediateSize = inner,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = keyHeads,
        HeadWidth = width / heads,
        ContextLength = context,
    };
}
