using System.Globalization;
using System.Numerics.Tensors;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Training;

namespace Palimpsest.Federation.Rounds;

/// <summary>A worker's place for the whole federation: one model and the vectors of the client that sits there, used again for the next one.</summary>
internal sealed class ClientSeat : IDisposable
{
    private readonly FederationParts _parts;
    private readonly IClientModel _model;
    private readonly AnswerReader _reader;
    private readonly float[] _start;
    private readonly float[] _end;
    private readonly float[] _update;
    private readonly Dictionary<string, float[]> _variates;
    private readonly Dictionary<string, float[]> _changes;
    private readonly Dictionary<string, float[]> _vectors;
    private readonly ErrorFeedback? _feedback;

    /// <summary>Opens the model.</summary>
    /// <param name="parts">The federation.</param>
    public ClientSeat(FederationParts parts)
    {
        (_parts, _model) = (parts, PartialClientModel.Of(parts.Open(), parts.Algorithm.Trains));
        int count = checked((int)_model.Layout.Count);
        (_start, _end, _update) = (new float[count], new float[count], new float[count]);
        (_variates, _changes, _vectors) = (Rooms(parts.Algorithm.Variates), Rooms(parts.Algorithm.Variates), Rooms(parts.ClientVectors));
        _feedback = parts.Options.ErrorFeedback ? new ErrorFeedback(_vectors[FederationParts.Unsent]) : null;
        _reader = new AnswerReader(parts, count);

        Dictionary<string, float[]> Rooms(IReadOnlyList<string> names) => names.ToDictionary(name => name, _ => new float[count], StringComparer.Ordinal);
    }

    /// <summary>Names, shapes and offsets of what is trained.</summary>
    public ParameterLayout Layout => _model.Layout;

    /// <summary>The weights that a federation begins with.</summary>
    public float[] Start()
    {
        _model.ReadStart(_start);
        return [.. _start];
    }

    /// <summary>Measures weights on what a client holds out.</summary>
    public ClientScore Evaluate(ReadOnlySpan<float> weights, BitMask? served, int client)
    {
        weights.CopyTo(_start);
        served?.Apply(0, _start);
        return _model.Evaluate(client, _start);
    }

    /// <summary>A client's round from the frames that it gets to those that it sends, and what the server reads in them.</summary>
    /// <param name="work">The round.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="stop">Ends its training.</param>
    public ClientAnswer Answer(RoundWork work, int client, CancellationToken stop)
    {
        RandomStream random = work.Round.Random.Child("client", client.ToString(CultureInfo.InvariantCulture));
        Support down = _parts.Algorithm.Download(work.Round, client);
        IReadOnlyList<byte[]> sent = work.Download.For(down);
        Traffic download = Bytes(sent);
        (bool answers, double share) = Course(random.Child("course"));
        if (!answers)
        {
            return new ClientAnswer(client, ClientOutcome.Dropped, download);
        }

        ClientWork own = Receive(work, client, sent, down, new LocalTraining
        {
            Options = _parts.Options.Local,
            Random = random.Child("train"),
            Share = share,
            Stop = stop,
        });
        try
        {
            _parts.Algorithm.Train(own);
            own.RequireFinite();
        }
        catch (DivergedException problem)
        {
            return new ClientAnswer(client, ClientOutcome.Refused, download) { Reason = problem.Message };
        }

        if (own.Result.Examples == 0)
        {
            return new ClientAnswer(client, ClientOutcome.Empty, download);
        }

        TensorPrimitives.Subtract(_end, _start, _update);
        _feedback?.Correct(_update);
        return Send(work, own, random, download);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private (bool Answers, double Share) Course(RandomStream random)
    {
        FederationOptions options = _parts.Options;
        bool drops = random.NextDouble() < options.Dropout, late = random.NextDouble() < options.Stragglers;
        return (!drops && !(late && options.Late == StragglerRule.Drop), late ? 1 - random.NextDouble() : 1);
    }

    private ClientWork Receive(RoundWork work, int client, IReadOnlyList<byte[]> sent, Support down, LocalTraining training)
    {
        VectorFrame.Decode(sent[0], _start, down.Known ? down.Mask : null);
        _start.CopyTo(_end, 0);
        foreach ((int i, string name) in _parts.Algorithm.Variates.Index())
        {
            VectorFrame.Decode(sent[1 + i], _variates[name]);
            Array.Clear(_changes[name]);
        }

        work.Vectors?.Read(client, work.LastAnswers[client], _vectors);
        return new ClientWork(work.Round, client, _model, _start, _end, down.Mask, training, _variates, _changes, _vectors);
    }

    private ClientAnswer Send(RoundWork work, ClientWork own, RandomStream random, Traffic download)
    {
        FrameOptions options = _parts.Options.Upload;
        Support up = _parts.Algorithm.Upload(work.Round, own.Client, _update);
        float[] contribution = work.Pool.Rent();
        ClientAnswer answer = new(own.Client, ClientOutcome.Refused, download) { Result = own.Result, Contribution = contribution };
        List<byte[]> frames = [];
        try
        {
            frames.Add(RoundDownload.Encode(_update, up, options, random.Child("upload")));
            frames.AddRange(_parts.Algorithm.Variates.Select((name, i) =>
                RoundDownload.Encode(_changes[name], Support.All, options, random.Child("upload", $"change {i}"))));
        }
        catch (PalimpsestException problem)
        {
            return answer with { Reason = problem.Message }; // a value that the codec cannot hold
        }

        answer = answer with { Upload = Bytes(frames) };
        BitMask? agreed = up.Known ? up.Mask : null;
        if (_reader.Read(work.Round, own.Client, frames, agreed, own.Result, contribution, out double weight) is string reason)
        {
            return answer with { Reason = reason };
        }

        _feedback?.Keep(_update, contribution.AsSpan(0, _update.Length));
        work.Vectors?.Write(own.Client, work.Round.Number + 1, _vectors);
        return answer with { Outcome = ClientOutcome.Answered, Weight = weight };
    }

    private static Traffic Bytes(IEnumerable<byte[]> frames) => frames.Aggregate(default(Traffic), (sum, frame) => sum + Traffic.Of(frame));
}
