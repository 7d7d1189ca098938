using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;

namespace Palimpsest.Models.Generation;

/// <summary>One generation for several prompts.</summary>
internal sealed class GenerationRun
{
    private readonly CausalModel _model;
    private readonly IReadOnlyList<int[]> _prompts;
    private readonly SamplingOptions _options;
    private readonly CancellationToken _stop;
    private readonly TokenSampler[] _samplers;
    private readonly int[] _limits;

    /// <exception cref="PalimpsestException">A prompt is empty or leaves no room in the model's context, or an option is out of its range.</exception>
    public GenerationRun(CausalModel model, IReadOnlyList<int[]> prompts, SamplingOptions options, RandomStream random, CancellationToken stop)
        : this(model, prompts, options, random is null ? throw new ArgumentNullException(nameof(random))
            : [.. prompts.Select((_, i) => TextGenerator.StreamOf(random, i))], stop)
    {
    }

    /// <inheritdoc cref="GenerationRun(CausalModel, IReadOnlyList{int[]}, SamplingOptions, RandomStream, CancellationToken)"/>
    public GenerationRun(CausalModel model, IReadOnlyList<int[]> prompts, SamplingOptions options, IReadOnlyList<RandomStream> draws, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        model.RequireLanguageModel();
        (_model, _prompts, _options, _stop) = (model, prompts, options, stop);
        int context = model.Config.ContextLength;
        if (options.Problem is string problem)
        {
            throw new PalimpsestException($"Generation is not possible: {problem}.");
        }

        if (prompts.Any(prompt => prompt.Length == 0 || prompt.Length >= context))
        {
            throw new PalimpsestException($"A prompt must have at least 1 and at most {context - 1} tokens for this model; here are prompts of {prompts.Min(prompt => prompt.Length)} to {prompts.Max(prompt => prompt.Length)}.");
        }

        _samplers = [.. prompts.Select((_, i) => new TokenSampler(options, draws[i], model.Config.VocabularySize))];

        // The token behind a full context can still be predicted.
        _limits = [.. prompts.Select(prompt => Math.Min(options.MaxNewTokens, context - prompt.Length + 1))];
        Tokens = [.. prompts.Select(_ => new List<int>())];
        Ends = new CompletionEnd[prompts.Count];
        for (int i = 0; i < prompts.Count; i++)
        {
            _samplers[i].See(prompts[i]);
            Ends[i] = CompletionEnd.Cancelled;
        }
    }

    /// <summary>Called for every token but an end token, with the index of its prompt; false ends the sequence.</summary>
    public Func<int, int, bool>? OnToken { get; init; }

    /// <summary>The new tokens of each prompt, without the end token.</summary>
    public List<int>[] Tokens { get; }

    /// <summary>Why each sequence ended.</summary>
    public CompletionEnd[] Ends { get; }

    /// <summary>Runs to the end.</summary>
    public void Run()
    {
        int[] all = [.. Enumerable.Range(0, _prompts.Count)];

        // In a padded batch all sequences share the positions of the longest, which may leave a shorter one less room than it has alone.
        bool roomy = all.Length < 2 || SequenceDecoders.IsManaged(_model) || _prompts.Max(prompt => prompt.Length) + all.Max(i => _limits[i]) - 1 <= _model.Config.ContextLength;
        foreach (int[] group in roomy ? [all] : all.Chunk(1))
        {
            if (group.Length > 0 && !_stop.IsCancellationRequested)
            {
                Run(group);
            }
        }
    }

    private void Run(int[] group)
    {
        // The last token of a sequence is not run.
        int longest = group.Max(i => _prompts[i].Length), capacity = Math.Min(_model.Config.ContextLength, longest + group.Max(i => _limits[i]));
        using ISequenceDecoder decoder = SequenceDecoders.Create(_model, group.Length, capacity);
        int vocabulary = _model.Config.VocabularySize, left = group.Length;
        int[] next = new int[group.Length];
        bool[] finished = new bool[group.Length];
        ReadOnlySpan<float> scores = decoder.Begin([.. group.Select(i => _prompts[i])], _stop);
        while (!_stop.IsCancellationRequested)
        {
            for (int row = 0; row < group.Length; row++)
            {
                if (!finished[row])
                {
                    next[row] = _samplers[group[row]].Choose(scores.Slice(row * vocabulary, vocabulary));
                    finished[row] = !Take(group[row], next[row]);
                    left -= finished[row] ? 1 : 0;
                }
            }

            if (left == 0)
            {
                return;
            }

            scores = decoder.Step(next, finished);
        }
    }

    /// <summary>Takes a token; false if the sequence ends with it.</summary>
    private bool Take(int index, int token)
    {
        if (_options.StopAtEnd && (_model.Config.EndTokens.Contains(token) || _options.EndTokens.Contains(token)))
        {
            Ends[index] = CompletionEnd.EndToken;
            return false;
        }

        Tokens[index].Add(token);
        bool wanted = OnToken?.Invoke(index, token) ?? true;
        if (wanted && Tokens[index].Count < _limits[index])
        {
            return true;
        }

        Ends[index] = wanted ? CompletionEnd.Length : CompletionEnd.StopText;
        return false;
    }
}
