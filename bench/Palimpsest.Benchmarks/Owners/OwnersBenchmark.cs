using System.Globalization;
using Palimpsest.Data.Worlds;
using Palimpsest.Torch;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Benchmarks.Owners;

/// <summary>What a store of owners costs on base-v1, each figure as a multiple of something plain that is measured beside it.</summary>
internal static class OwnersBenchmark
{
    public static void Run(string[] arguments)
    {
        string part = arguments.ElementAtOrDefault(0) ?? "all";
        int rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "5", CultureInfo.InvariantCulture);
        if (part == "memory-of")
        {
            OwnerMemory.Child(rounds);
            return;
        }

        (string Name, Action<int> Run)[] parts = [("operations", OwnerOperations.Operations), ("step", OwnerOperations.Step), ("kernels", OwnerKernels.Run), ("workers", OwnerOperations.Workers), ("memory", _ => OwnerMemory.Run())];
        foreach ((_, Action<int> run) in parts.Where(item => part == "all" || item.Name == part))
        {
            run(rounds);
        }
    }

    /// <summary>An owner of the embedded world: all its facts with three examples each, 120 in all, or fewer.</summary>
    public static OwnerData Data(int index, int facts = Owner.FactCount, int perFact = 3) => new("memory", null, World.V1.Owner(index).TrainingExamples(facts, perFact));

    /// <summary>Calls with a store in a folder that goes away.</summary>
    public static void WithStore(OwnerTuning tuning, Action<OwnerStore> action, string model = "base-v1")
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest-owners-").FullName;
        TorchThreads.Use(tuning.Threads);
        try
        {
            using OwnerStore store = OwnerStore.Create(Path.Combine(folder, "store"), model, tuning, seed: 1);
            action(store);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
