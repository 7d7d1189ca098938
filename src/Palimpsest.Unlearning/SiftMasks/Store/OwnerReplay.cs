using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Torch;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Makes owners' vectors for a store, for the first time or again. It only reads the store's settings, so several can work side by side on threads of their own.</summary>
public sealed class OwnerReplay : IDisposable
{
    // Short enough for arrays that are not large objects: those stay until the heap is collected whole, and an enrolment of many owners would grow by them.
    private const int Block = 1 << 13;
    private readonly StoreSettings _settings;
    private readonly FixedPointFormat _format;
    private readonly SumCheck _check;

    /// <summary>Loads the base model.</summary>
    /// <param name="store">The store.</param>
    /// <param name="context">Where to compute. Vectors are made with the store's number of threads, which the caller sets (<see
    /// cref="TorchThreads.Use"/>).</param>
    /// <exception cref="PalimpsestException">The base model is not there, or not the one that the store was made with.</exception>
    public OwnerReplay(OwnerStore store, TorchContext context)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_settings, _format, _check, Context) = (store.Settings, store.Format, store.Check, context);
        string source = Source(store.Model);
        if (RunInput.Of(source).Sha256 != _settings.ModelSha256)
        {
            throw new PalimpsestException($"{store.Model}: is not the model that the store was made with (its hash is another). Put the original "
                + "back, or name where it lies; vectors on another base mean nothing.");
        }

        LanguageModel model = LanguageModel.Load(store.Model, context, LoadMode.TrainableHidden);
        Tuner = new SiftTuner(model, _settings.Tuning, store.Signs);
        if (Tuner.Layout.Hash != _settings.LayoutHash)
        {
            Tuner.Dispose();
            throw new PalimpsestException($"{store.Model}: its parameters are laid out otherwise than when the store was made. Use the version of "
                + "Palimpsest that made the store.");
        }
    }

    /// <summary>The tuner over the loaded base.</summary>
    public SiftTuner Tuner { get; }

    /// <summary>Where it computes.</summary>
    public TorchContext Context { get; }

    /// <summary>Makes an owner's vector for the first time.</summary>
    /// <exception cref="PalimpsestException">The data cannot be learnt, or the training diverges.</exception>
    public TunedOwner Tune(string name, OwnerData data, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        long clock = Stopwatch.GetTimestamp();

        // The same data gives the same vector, whoever it is called: the store's sum is a function of the data in it.
        long seed = new RandomStream(_settings.Seed, "sift", "owner", data.Sha256).DeriveSeed();
        float[] vector = Vector(data, seed, stop);
        (string hash, ulong check, BitMask mask) = Describe(vector);
        ReplayManifest manifest = new()
        {
            DataPath = data.Path,
            DataOwner = data.Owner,
            DataColumn = data.Column,
            DataSha256 = data.Sha256,
            Examples = data.Examples.Count,
            Tuning = _settings.Tuning,
            Seed = seed,
            Environment = ReplayEnvironment.Current(Context),
            VectorSha256 = hash,
            Seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds,
        };
        return new TunedOwner(name, vector, mask, check, manifest);
    }

    /// <summary>Makes an owner's vector again and checks that it is the one that was added.</summary>
    /// <exception cref="PalimpsestException">The data is not the data that was added, or the vector came out otherwise; nothing was changed.</exception>
    public float[] Again(OwnerRecord owner, OwnerData data, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(data);
        if (data.Sha256 != owner.Manifest.DataSha256)
        {
            throw new LostDataException(owner.Name, $"{data.Path}: the data of \"{owner.Name}\" is not what was added ({data.Examples.Count} examples now, "
                + $"{owner.Manifest.Examples} then, and another hash), so its vector cannot be made again; nothing was changed. Give the original data.");
        }

        float[] vector = Vector(data, owner.Manifest.Seed, stop);
        if (Describe(vector).Hash == owner.Manifest.VectorSha256)
        {
            return vector;
        }

        IReadOnlyList<string> differences = owner.Manifest.Environment.Differences(ReplayEnvironment.Current(Context));
        string otherwise =
            $"The vector of \"{owner.Name}\" came out otherwise than it was added: subtracting it would leave a remainder, so nothing was changed. ";
        throw differences.Count > 0
            ? new PalimpsestException($"{otherwise}Since then {string.Join(", ", differences)}. Repeat this on such a machine, or use 'owners rebuild' here.")
            : new LostDataException(owner.Name, $"{otherwise}The environment is the same, so the training is not deterministic here; report this.");
    }

    /// <summary>Checks a kept vector against the owner's hash.</summary>
    /// <exception cref="PalimpsestException">It is another one.</exception>
    public void CheckKept(OwnerRecord owner, float[] vector)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (Describe(vector).Hash != owner.Manifest.VectorSha256)
        {
            throw new PalimpsestException($"The kept vector of \"{owner.Name}\" is not the one that was added. Give the owner's data so that it can "
                + "be made again.");
        }
    }

    /// <summary>Hash, check and mask of a vector.</summary>
    internal (string Hash, ulong Check, BitMask Mask) Describe(float[] vector)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        BitMask mask = new(vector.Length);
        ulong check = SumCheck.Zero;
        long[] codes = new long[Block];
        for (int offset = 0; offset < vector.Length; offset += Block)
        {
            Span<long> part = codes.AsSpan(0, Math.Min(Block, vector.Length - offset));
            _format.Quantize(vector.AsSpan(offset, part.Length), part, offset);
            hash.AppendData(MemoryMarshal.AsBytes(part));
            check = SumCheck.Add(check, _check.Of(offset, part));
            SiftServing.Mark(offset, part, mask);
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), check, mask);
    }

    /// <inheritdoc/>
    public void Dispose() => Tuner.Dispose();

    private static string Source(string model)
    {
        try
        {
            return EmbeddedModels.Resolve(model);
        }
        catch (PalimpsestException problem) when (!Path.Exists(model))
        {
            throw new PalimpsestException($"{model}: the base model of the store is not there any more. Name where it lies now; it is known by its "
                + "hash.", problem);
        }
    }

    private float[] Vector(OwnerData data, long seed, CancellationToken stop)
    {
        if (TorchThreads.Count != _settings.Tuning.Threads)
        {
            throw new InvalidOperationException($"Owners of this store are tuned with {_settings.Tuning.Threads} threads, and libtorch has {TorchThreads.Count} here. Call TorchThreads.Use before.");
        }

        float[] vector = new float[_settings.Count];
        Tuner.Tune(data.Examples, new RandomStream(seed, "batches"), vector, stop: stop);
        return vector;
    }
}
