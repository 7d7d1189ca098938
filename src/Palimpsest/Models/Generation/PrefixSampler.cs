using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;

namespace Palimpsest.Models.Generation;

/// <summary>Continues the beginnings of many sequences, several times each: what continuations share is computed once, and a place in the batch that becomes
/// free is filled again, so that memory depends on the places and not on the requests.</summary>
/// <remarks>A continuation depends on its beginning, its draws and the options alone, bit for bit, on the managed decoder. Models that it cannot run go
/// through libtorch, a request at a time.</remarks>
internal sealed class PrefixSampler : IDisposable
{
    // Keys and values of so many bytes stay in the cache of a core.
    private const double Cached = 4 << 20;
    private const int FewestPlaces = 8, MostPlaces = 64;

    private readonly CausalModel _model;
    private readonly SamplingOptions _options;
    private readonly IReadOnlySet<int> _stepEnds;
    private readonly LlamaDecoder? _decoder;
    private readonly int[] _next;
    private readonly bool[] _free;
    private readonly Place?[] _places;
    private int[] _trunk = [];
    private int _trunkPrompt;

    /// <summary>A sampler.</summary>
    /// <param name="model">Its weights must stay as they are while the sampler lives.</param>
    /// <param name="options">How tokens are chosen; no stop texts.</param>
    /// <param name="stepEnds">Tokens that end a continuation and belong to it; none for whole continuations.</param>
    /// <param name="places">Continuations at a time; 0 for as many as are fast.</param>
    /// <param name="capacity">Most tokens of a sequence with its continuation.</param>
    public PrefixSampler(CausalModel model, SamplingOptions options, IReadOnlySet<int> stepEnds, int places, int capacity)
    {
        model.RequireLanguageModel();
        if (options.Problem is string problem)
        {
            throw new PalimpsestException($"Sampling is not possible: {problem}.");
        }

        (_model, _options, _stepEnds) = (model, options, stepEnds);
        Capacity = Math.Min(capacity, model.Config.ContextLength);
        places = places > 0 ? places : PlacesFor(model, Capacity);
        _decoder = LlamaWeights.TryCreate(model) is LlamaWeights weights ? new LlamaDecoder(model, weights, places + 1, Capacity) : null;
        (_next, _free, _places) = (new int[places + 1], new bool[places + 1], new Place?[places + 1]);
        Array.Fill(_free, true);
    }

    /// <summary>Most tokens of a sequence with its continuation.</summary>
    public int Capacity { get; }

    /// <summary>Continuations at a time.</summary>
    public int Places => _places.Length - 1;

    /// <summary>Samples.</summary>
    /// <param name="requests">Taken as places become free.</param>
    /// <param name="onEnd">Gets each continuation as it ends: the request, the number of the draw,
    /// the tokens without an end token, and why it ended.</param>
    /// <param name="stop">Ends early; what has not ended is not given.</param>
    /// <exception cref="PalimpsestException">A beginning leaves no room in the model's context.</exception>
    public void Run(IEnumerable<PrefixRequest> requests, Action<PrefixRequest, int, int[], CompletionEnd> onEnd, CancellationToken stop)
    {
        _trunk = []; // the weights may have changed since
        if (_decoder is null)
        {
            foreach (PrefixRequest request in requests.TakeWhile(_ => !stop.IsCancellationRequested))
            {
                RunByTorch(request, onEnd, stop);
            }

            return;
        }

        using IEnumerator<(PrefixRequest Request, (int Number, RandomStream Random) Draw)> waiting =
            requests.SelectMany(request => request.Draws.Select(draw => (request, draw))).GetEnumerator();
        int vocabulary = _model.Config.VocabularySize, active = 0;
        while (!stop.IsCancellationRequested)
        {
            // The last place holds the sequence that is continued.
            for (int place = 0; place < _places.Length - 1; place++)
            {
                if (_free[place] && waiting.MoveNext())
                {
                    Occupy(place, waiting.Current.Request, waiting.Current.Draw, stop);
                    active++;
                }
            }

            if (active == 0)
            {
                return;
            }

            ReadOnlySpan<float> scores = _decoder.Step(_next, _free);
            for (int place = 0; place < _places.Length - 1; place++)
            {
                if (!_free[place] && Take(place, _places[place]!.Sampler.Choose(scores.Slice(place * vocabulary, vocabulary))) is CompletionEnd end)
                {
                    Place ended = _places[place]!;
                    (_free[place], _places[place], active) = (true, null, active - 1);
                    onEnd(ended.Request, ended.Number, [.. ended.Tokens], end);
                }
            }
        }

        Array.Fill(_free, true);
    }

    public void Dispose() => _decoder?.Dispose();

    // Every step reads the weights once and the keys and values of all places. Beyond the cache, or the weights of a larger model, more places gain nothing.
    private static int PlacesFor(CausalModel model, int capacity)
    {
        CausalConfig config = model.Config;
        double weights = model.Linears.Sum(item => (double)item.Layer.Weight.NumberOfElements * item.Layer.Weight.ElementSize);
        double rows = 2.0 * config.Layers * config.KeyValueHeads * config.HeadWidth * sizeof(float) * capacity;
        return (int)Math.Clamp(Math.Max(Cached, weights) / rows, FewestPlaces, MostPlaces);
    }

    private void Occupy(int place, PrefixRequest request, (int Number, RandomStream Random) draw, CancellationToken stop)
    {
        Check(request);
        int trunk = _places.Length - 1;
        if (!_trunk.AsSpan().StartsWith(request.Sequence.AsSpan(0, request.Length)) || _trunkPrompt != request.Prompt)
        {
            // The prompt apart, so that the bits do not depend on what follows it.
            (_trunk, _trunkPrompt) = (request.Sequence[..Math.Min(request.Sequence.Length, Capacity)], request.Prompt);
            _decoder!.Fill(trunk, _trunk[..request.Prompt], _trunk.AsSpan(request.Prompt), stop);
        }

        if (stop.IsCancellationRequested)
        {
            _trunk = []; // perhaps not all of it is there
            return;
        }

        // The last token of the beginning is run with the others' next ones.
        _decoder!.Copy(trunk, place, request.Length - 1);
        TokenSampler sampler = new(_options, draw.Random, _model.Config.VocabularySize);
        sampler.See(request.Sequence.AsSpan(0, request.Length));
        _places[place] = new Place(request, draw.Number, sampler, []);
        (_next[place], _free[place]) = (request.Sequence[request.Length - 1], false);
    }

    /// <summary>Takes a token; why the continuation ends with it, or null.</summary>
    private CompletionEnd? Take(int place, int token)
    {
        Place own = _places[place]!;
        if (_options.StopAtEnd && (_model.Config.EndTokens.Contains(token) || _options.EndTokens.Contains(token)))
        {
            return CompletionEnd.EndToken;
        }

        own.Tokens.Add(token);
        _next[place] = token;
        return _stepEnds.Contains(token) ? CompletionEnd.StopText
            : own.Tokens.Count >= _options.MaxNewTokens || own.Request.Length + own.Tokens.Count > Capacity ? CompletionEnd.Length : null;
    }

    private void RunByTorch(PrefixRequest request, Action<PrefixRequest, int, int[], CompletionEnd> onEnd, CancellationToken stop)
    {
        Check(request);
        for (int draw = 0; draw < request.Draws.Count && !stop.IsCancellationRequested; draw += _places.Length)
        {
            (int Number, RandomStream Random)[] draws = [.. request.Draws.Skip(draw).Take(_places.Length)];
            int[][] prompts = [.. draws.Select(_ => request.Sequence[..request.Length])];
            GenerationRun run = new(_model, prompts, _options, [.. draws.Select(own => own.Random)], stop)
            {
                OnToken = (_, token) => !_stepEnds.Contains(token),
            };
            run.Run();
            for (int i = 0; i < draws.Length && !stop.IsCancellationRequested; i++)
            {
                onEnd(request, draws[i].Number, [.. run.Tokens[i]], run.Ends[i]);
            }
        }
    }

    private void Check(PrefixRequest request)
    {
        if (request.Prompt < 1 || request.Length < request.Prompt || request.Length > Capacity - 1)
        {
            throw new PalimpsestException($"A prompt with its beginning must have from 1 to {Capacity - 1} tokens here, and has {request.Length}. "
                + "Shorten the problem, or take a model with a longer context.");
        }
    }

    private sealed record Place(PrefixRequest Request, int Number, TokenSampler Sampler, List<int> Tokens);
}
