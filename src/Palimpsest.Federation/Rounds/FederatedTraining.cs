using System.Diagnostics;
using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Privacy;
using Palimpsest.Training;
using Palimpsest.Training.Workers;

namespace Palimpsest.Federation.Rounds;

/// <summary>Federated training: draws clients, sends them weights as frames, lets them train side by side, reads and checks what they send, sums it as it
/// arrives, steps, counts bytes, and can be killed at any moment.</summary>
/// <remarks>
/// The results have the same bits for any number of workers, and a resumed federation has those of an uninterrupted one: answers are taken in the order of the
/// cohort, and all draws depend on round and client alone. One model a worker lives as long as the federation, and no memory but a few counters grows with the
/// number of clients. For use by one thread.
/// </remarks>
public sealed class FederatedTraining : IDisposable
{
    private readonly FederationParts _parts;
    private readonly WorkerCrew<ClientSeat> _crew;
    private readonly IServerOptimizer _optimizer;
    private readonly FederationCheckpoint? _checkpoint;
    private readonly ClientVectorStore? _vectors;
    private readonly VectorPool _pool;
    private readonly float[] _weights;
    private readonly float[] _average;
    private readonly float[][] _variates;
    private readonly int[] _answers;
    private readonly int[] _lastAnswers;
    private double _seconds;
    private bool _cut;

    /// <summary>Starts the workers and reads the weights to begin with.</summary>
    /// <param name="parts">What it is made of.</param>
    /// <exception cref="PalimpsestException">The settings make no sense, or a model cannot be opened.</exception>
    public FederatedTraining(FederationParts parts)
    {
        _parts = parts ?? throw new ArgumentNullException(nameof(parts));
        ArgumentOutOfRangeException.ThrowIfLessThan(parts.Clients, 1);
        parts.Check();
        FederationOptions options = parts.Options;
        _crew = new WorkerCrew<ClientSeat>(options.Workers > 0 ? options.Workers : Environment.ProcessorCount, () => new ClientSeat(parts), options.Threads);
        try
        {
            (Layout, _weights) = ReadStart();
            int count = _weights.Length, vectors = 1 + parts.Algorithm.Variates.Count;
            _average = new float[checked(vectors * count)];
            _pool = new VectorPool(_average.Length);
            _variates = [.. parts.Algorithm.Variates.Select(_ => new float[count])];
            (_answers, _lastAnswers, Traffic) = (new int[parts.Clients], new int[parts.Clients], new TrafficMeter(parts.Clients));
            parts.Algorithm.Prepare(Layout);
            _optimizer = parts.Optimizer(Layout);
            if (parts.Folder is string folder)
            {
                _checkpoint = new FederationCheckpoint(folder);
                _vectors = parts.ClientVectors.Count > 0 ? new ClientVectorStore(Path.Combine(folder, "clients")) : null;
            }
        }
        catch
        {
            _crew.Dispose();
            throw;
        }
    }

    /// <summary>Names, shapes and offsets of what is trained.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The server's weights. [count]</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>Rounds taken.</summary>
    public int Round { get; private set; }

    /// <summary>Bytes by client.</summary>
    public TrafficMeter Traffic { get; }

    /// <summary>How often each client's answer became part of an average.</summary>
    public IReadOnlyList<int> Answers => _answers;

    /// <summary>What everyone who sees a result must know; null for nothing.</summary>
    public string? Privacy => _parts.Aggregator.Statement;

    private bool Ended => Round >= _parts.Options.Rounds;

    /// <summary>Goes on from the checkpoint in the folder, if there is one; before the first round only.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="PalimpsestException">It is damaged or belongs to a federation with other settings.</exception>
    public bool TryResume()
    {
        if (_cut || Round > 0)
        {
            throw new InvalidOperationException("Rounds were taken here. A federation is resumed before its first one.");
        }

        if (_checkpoint is not { Exists: true })
        {
            return false;
        }

        long[] bytes = Traffic.Save();
        using StoredVectors vectors = Vectors(bytes);
        FederationState state = _checkpoint.Read(_parts.Settings(Layout, _optimizer), vectors);
        Traffic.Restore(bytes);
        _parts.Aggregator.Restore(state.Aggregator);
        (_optimizer.StepCount, Round, _seconds) = (state.OptimizerSteps, state.Round, state.Seconds);
        return true;
    }

    /// <summary>Takes rounds to the last one or until told to stop. A round that is cut short leaves nothing behind: it is taken again by a federation that
    /// resumes from the last checkpoint.</summary>
    /// <param name="progress">Called after every round.</param>
    /// <param name="evaluate">Called with the rounds taken: at the beginning, every <see cref="FederationOptions.EvaluateEvery"/> rounds, and at the end. It
    /// may call <see cref="Evaluate"/>. A resumed federation calls it again for the round it resumes at.</param>
    /// <param name="stop">Stops the clients between two of their steps.</param>
    /// <returns>Whether the end was reached.</returns>
    /// <exception cref="PalimpsestException">A client's data cannot be read, the server's weights have diverged, or a budget is spent.</exception>
    public bool Run(Action<RoundProgress>? progress = null, Action<int>? evaluate = null, CancellationToken stop = default)
    {
        if (_cut)
        {
            throw new InvalidOperationException("A round was cut short. Open the federation again and resume it.");
        }

        if (Round == 0)
        {
            _checkpoint?.RequireNone();
        }

        _vectors?.Sweep(_lastAnswers);
        Evaluated();
        while (!Ended && !stop.IsCancellationRequested)
        {
            if (Take(stop) is not RoundProgress done)
            {
                return false;
            }

            progress?.Invoke(done);
            Evaluated();
            if (Ended || Round % _parts.Options.CheckpointEvery == 0 || stop.IsCancellationRequested)
            {
                Commit();
            }
        }

        return Ended;

        void Evaluated()
        {
            if (Ended || (_parts.Options.EvaluateEvery > 0 && Round % _parts.Options.EvaluateEvery == 0))
            {
                evaluate?.Invoke(Round);
            }
        }
    }

    /// <summary>Measures the weights on what clients hold out, on the same workers.</summary>
    /// <param name="clients">Which.</param>
    /// <param name="served">The part of the weights that a client gets, such as <see cref="Served"/>; null for all of them.</param>
    /// <param name="take">Gets each client's score, in the order of <paramref name="clients"/>.</param>
    /// <param name="stop">Ends it between two clients.</param>
    /// <returns>Whether all were measured.</returns>
    public bool Evaluate(IReadOnlyList<int> clients, Func<int, BitMask?>? served, Action<int, ClientScore> take, CancellationToken stop = default) =>
        _crew.Run(clients, _parts.Name, (seat, client, _) => seat.Evaluate(_weights, served?.Invoke(client), client), take, inOrder: true, stop);

    /// <summary>The part of the weights that the algorithm evaluates and serves.</summary>
    /// <param name="client">The client's number; null for the model of all.</param>
    public BitMask? Served(int? client) => _parts.Algorithm.Served(At(Math.Max(0, Round - 1), []), client);

    /// <inheritdoc/>
    public void Dispose() => _crew.Dispose();

    private RoundProgress? Take(CancellationToken stop)
    {
        long clock = Stopwatch.GetTimestamp();
        _cut = true;
        RandomStream random = Draws(Round);
        IAggregation aggregation = _parts.Aggregator.Begin(_average.Length, random.Child("aggregator"));
        ServerRound round = At(Round, aggregation.Clients);
        _parts.Algorithm.BeginRound(round);
        RoundWork work = new(round, new RoundDownload(round, _variates, _parts.Options.Download), _pool, _vectors, _lastAnswers);
        RoundInbox inbox = new(aggregation, _pool, _parts.Name);
        List<int> answered = [];
        if (!_crew.Run(round.Clients, _parts.Name, (seat, client, ending) => seat.Answer(work, client, ending), Receive, inOrder: true, stop))
        {
            return null;
        }

        double norm = aggregation.Finish(_average) ? Step(inbox.Answered) : 0;
        _parts.Algorithm.EndRound(round);
        answered.ForEach(Keep);
        Round++;
        _cut = false;
        double seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        _seconds += seconds;
        return inbox.Progress(Round, _parts, norm, Traffic.Training, seconds, _seconds);

        void Receive(int client, ClientAnswer answer)
        {
            Traffic.Count(client, TrafficKind.Download, answer.Download);
            Traffic.Count(client, TrafficKind.Upload, answer.Upload);
            if (inbox.Take(answer))
            {
                answered.Add(client);
            }
        }
    }

    private double Step(int answered)
    {
        ReadOnlySpan<float> update = _average.AsSpan(0, _weights.Length);
        _optimizer.Step(_weights, update);
        double share = (_parts.Aggregator.ExpectedClients ?? answered) / _parts.Clients;
        for (int v = 0; v < _variates.Length; v++)
        {
            ReadOnlySpan<float> change = _average.AsSpan((1 + v) * _weights.Length, _weights.Length);
            for (int i = 0; i < change.Length; i++)
            {
                _variates[v][i] = (float)(_variates[v][i] + (share * change[i]));
            }
        }

        double norm = Clipping.Norm(update);
        return double.IsFinite(norm) && double.IsFinite(Clipping.Norm(_weights)) ? norm
            : throw new DivergedException($"The server's weights became infinite or NaN in round {Round + 1}. Lower its learning rate or that of the clients.");
    }

    private void Keep(int client)
    {
        _vectors?.Outdate(client, _lastAnswers[client]);
        _answers[client]++;
        _lastAnswers[client] = Round + 1;
    }

    private void Commit()
    {
        if (_checkpoint is null)
        {
            return;
        }

        using StoredVectors vectors = Vectors(Traffic.Save());
        _checkpoint.Write(new FederationState(
            Round, _seconds, _parts.Aggregator.State, _optimizer.StepCount, _parts.Settings(Layout, _optimizer)), vectors);
        _vectors?.Commit();
    }

    private StoredVectors Vectors(long[] bytes)
    {
        StoredVectors vectors = new();
        vectors.Add<float>("weights", _weights);
        vectors.Add<long>("bytes", bytes);
        vectors.Add<int>("answers", _answers);
        vectors.Add<int>("last_answers", _lastAnswers);
        AddAll("variate", _parts.Algorithm.Variates.Zip(_variates, (name, values) => (name, values.AsMemory())));
        AddAll("algorithm", _parts.Algorithm.State);
        AddAll("optimizer", _optimizer.State);
        return vectors;

        void AddAll(string whose, IEnumerable<(string Name, Memory<float> Values)> items)
        {
            foreach ((string name, Memory<float> values) in items)
            {
                vectors.Add($"{whose}.{name}", values);
            }
        }
    }

    private ServerRound At(int number, IReadOnlyList<int> clients) =>
        new(number, _parts.Options.Rounds, Layout, _weights, clients, Draws(number)) { ByExamples = _parts.Options.ByExamples };

    private RandomStream Draws(int round) => _parts.Random.Child("round", round.ToString(CultureInfo.InvariantCulture));

    private (ParameterLayout Layout, float[] Weights) ReadStart()
    {
        (ParameterLayout, float[])? start = null;
        _crew.Run([0], _ => "the model", (seat, _, _) => (seat.Layout, seat.Start()), (_, read) => start = read);
        return start!.Value;
    }
}
