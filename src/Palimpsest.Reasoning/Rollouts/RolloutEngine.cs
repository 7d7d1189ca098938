using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Runs;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Samples rollouts from prefixes, many at once, and keeps them in a store.</summary>
/// <remarks>The draws of a rollout depend on the seed, the prefix and its number alone; so does its text, for one model and one way of sampling, in whatever
/// order and company rollouts are asked for.</remarks>
public sealed class RolloutEngine : IDisposable
{
    private readonly PrefixSampler _sampler;
    private readonly RolloutStore? _store;
    private readonly IJobLog? _log;
    private readonly long _seed;
    private readonly byte[] _made = [];

    /// <summary>An engine over a model as it is now; it must not be trained while the engine lives, unless there is no store.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="seed">Root of the draws.</param>
    /// <param name="store">Where rollouts are kept; null for nowhere.</param>
    /// <param name="log">Is told how far a sampling has come; or null.</param>
    /// <param name="places">Rollouts at a time; 0 for as many as are fast. What is sampled does not depend on it.</param>
    /// <param name="stepEnds">Tokens at which a rollout ends behind them, for single steps; null for whole solutions.</param>
    /// <param name="capacity">Most tokens of a prefix with its rollout; 0 for the model's context.</param>
    public RolloutEngine(CausalModel model, SamplingOptions sampling, long seed, RolloutStore? store = null, IJobLog? log = null, int places = 0,
        IReadOnlySet<int>? stepEnds = null, int capacity = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sampling);
        ArgumentOutOfRangeException.ThrowIfNegative(places);
        stepEnds ??= new HashSet<int>();
        _sampler = new PrefixSampler(model, sampling, stepEnds, places, capacity > 0 ? capacity : model.Config.ContextLength);
        (_store, _log, _seed) = (store, log, seed);
        if (store is not null)
        {
            string how = string.Create(CultureInfo.InvariantCulture, $"{sampling}|{string.Join(',', sampling.EndTokens)}|{string.Join(',', stepEnds.Order())}|")
                + string.Create(CultureInfo.InvariantCulture, $"{_sampler.Capacity}|{seed}");
            _made = Encoding.UTF8.GetBytes($"{model.Config}|{model.Context.ComputeType}|{model.Parameters.Hash()}|{how}");
        }
    }

    /// <summary>Most tokens of a prefix with its rollout; a prefix of so many leaves no room for one.</summary>
    public int Capacity => _sampler.Capacity;

    /// <summary>Rollouts at a time.</summary>
    public int Places => _sampler.Places;

    /// <summary>Rollouts that were sampled, not found in the store.</summary>
    public long Sampled { get; private set; }

    /// <summary>Rollouts that were found in the store.</summary>
    public long Found { get; private set; }

    /// <summary>Seconds spent in <see cref="Run"/>.</summary>
    public double Seconds { get; private set; }

    /// <summary>Gives the rollouts of all requests, in the order in which they end.</summary>
    /// <param name="requests">The requests; those over one sequence in a row.</param>
    /// <param name="stage">What this is for, for people.</param>
    /// <param name="each">Gets the number of a request, the number of a rollout of it, and the rollout.</param>
    /// <param name="stop">Ends early; what was sampled until then is kept.</param>
    /// <returns>Whether all were given.</returns>
    /// <exception cref="PalimpsestException">A prefix leaves no room in the model's context.</exception>
    public bool Run(IReadOnlyList<RolloutRequest> requests, string stage, Action<int, int, Rollout> each, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(each);
        long started = Stopwatch.GetTimestamp(), told = started, given = 0, wanted = requests.Sum(request => (long)request.Count), sampledBefore = Sampled;
        Dictionary<(int, int), UInt128> keys = [];
        _sampler.Run(Missing(), (request, number, tokens, end) =>
        {
            Rollout rollout = new(tokens, end);
            if (keys.Remove((request.Tag, number), out UInt128 key))
            {
                _store!.Add(key, rollout);
            }

            Sampled++;
            Give(request.Tag, number, rollout);
        }, stop);
        _store?.Flush();
        Seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        return given == wanted;

        IEnumerable<PrefixRequest> Missing()
        {
            for (int i = 0; i < requests.Count; i++)
            {
                RolloutRequest request = requests[i];
                byte[] prefix = SHA256.HashData(MemoryMarshal.AsBytes<int>([request.Prompt, .. request.Sequence.AsSpan(0, request.Length)]));
                RandomStream random = new(_seed, "rollouts", Convert.ToHexStringLower(prefix));
                List<(int, RandomStream)> missing = [];
                for (int number = 0; number < request.Count; number++)
                {
                    int own = request.First + number;
                    UInt128 key = _store is null ? 0 : Key(prefix, own);
                    if (_store?.Find(key) is Rollout known)
                    {
                        Found++;
                        Give(i, number, known);
                        continue;
                    }

                    if (_store is not null)
                    {
                        keys.Add((i, number), key);
                    }

                    missing.Add((number, TextGenerator.StreamOf(random, own)));
                }

                if (missing.Count > 0)
                {
                    yield return new PrefixRequest(i, request.Sequence, request.Prompt, request.Length, missing);
                }
            }
        }

        void Give(int request, int number, Rollout rollout)
        {
            given++;
            each(request, number, rollout);
            if (_log is not null && Stopwatch.GetElapsedTime(told).TotalSeconds > 1)
            {
                told = Stopwatch.GetTimestamp();
                _store?.Flush();
                double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                string problems = Rate(requests.Count * (given / (double)wanted) / seconds), rollouts = Rate((Sampled - sampledBefore) / seconds);
                string detail = $"{problems} problems/s, {rollouts} rollouts/s";
                _log.Progress(new JobProgress(stage, given, wanted, detail, TimeSpan.FromSeconds(seconds * (wanted - given) / given)));
            }
        }
    }

    /// <summary>All rollouts of requests at once; for as many as fit into memory.</summary>
    /// <returns>By request and number; null if told to stop.</returns>
    /// <inheritdoc cref="Run"/>
    public Rollout[][]? All(IReadOnlyList<RolloutRequest> requests, string stage, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(requests);
        Rollout[][] all = [.. requests.Select(request => new Rollout[request.Count])];
        return Run(requests, stage, (request, number, rollout) => all[request][number] = rollout, stop) ? all : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _sampler.Dispose();

    private static string Rate(double each) => each.ToString(each < 10 ? "0.0#" : "N0", CultureInfo.InvariantCulture);

    private UInt128 Key(byte[] prefix, int number) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(
        SHA256.HashData([.. _made, .. prefix, .. BitConverter.GetBytes(number)]));
}
