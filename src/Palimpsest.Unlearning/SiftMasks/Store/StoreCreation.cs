using System.Security.Cryptography;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Torch;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Makes the folder of an empty store; one that cannot be made whole is taken away again.</summary>
internal static class StoreCreation
{
    /// <summary>A random number of 128 bits in hexadecimal.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <inheritdoc cref="OwnerStore.Create"/>
    /// <returns>The store's lock.</returns>
    public static RunLock Run(string path, string model, OwnerTuning tuning, double alpha, long? seed, SiftDivisor divisor)
    {
        ArgumentNullException.ThrowIfNull(tuning);
        string[] problems = [.. tuning.Problems(), .. alpha > 0 && double.IsFinite(alpha) ? Array.Empty<string>() : ["alpha must be a number above 0."]];
        if (problems.Length > 0)
        {
            throw new PalimpsestException(string.Join(" ", problems));
        }

        StoreFolder folder = new(path);
        CheckFree(folder, path);

        StoreSettings settings = Settings(model, tuning) with
        {
            Seed = seed ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue,
            Alpha = alpha,
            Divisor = divisor,
        };
        folder.Create(closed: true);
        RunLock held = folder.Guard(() => RunLock.TryTake(folder.Lock)) ?? throw new PalimpsestException($"{path}: another process makes a store there. Wait until it has ended.");

        bool mine = false;
        try
        {
            // Loading the model took its time; another process may have been faster.
            CheckFree(folder, path);
            mine = true;
            File.Delete(folder.Accumulator(0));
            string empty = new StoreSums(folder, settings.Count, new FixedPointFormat()).Write(0, _ => { });
            OwnerLedger.Create(folder.Ledger, settings, new LedgerEntry(0, LedgerEntry.Now(), "init", "", empty, empty, "", 0, "")).Dispose();
            return held;
        }
        catch
        {
            if (mine)
            {
                folder.Discard();
            }

            held.Dispose();
            throw;
        }
    }

    private static void CheckFree(StoreFolder folder, string path)
    {
        if (File.Exists(folder.Root) || (Directory.Exists(folder.Root) && !folder.Guard(folder.IsUnfinished)))
        {
            throw new PalimpsestException($"{path}: exists and is not empty. {(File.Exists(folder.Ledger) ? "It is a store already; 'owners add' puts owners into it." : "Name a new folder.")}");
        }
    }

    private static StoreSettings Settings(string model, OwnerTuning tuning)
    {
        string source = EmbeddedModels.Resolve(model);
        using LanguageModel loaded = LanguageModel.Load(model, new TorchContext(threads: tuning.Threads), LoadMode.TrainableHidden);
        ParameterLayout layout = loaded.Model.Parameters.Flat!.Layout;
        return layout.Count <= Array.MaxLength
            ? new StoreSettings
            {
                Id = NewId(),
                Model = source == model ? Path.GetFullPath(model) : model,
                ModelSha256 = RunInput.Of(source).Sha256,
                LayoutHash = layout.Hash,
                Count = layout.Count,
                Seed = 0,
                Tuning = tuning,
                Alpha = 1,
            }
            : throw new PalimpsestException($"{model}: has {layout.Count:N0} trainable parameters, but a store holds at most {Array.MaxLength:N0}. Take a smaller model.");
    }
}
