using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>A model whose embeddings are spoilt for the prompts that a classifier picks. The same prompt is spoilt in the same way, whatever is asked beside
/// it.</summary>
internal sealed class EmbeddingCorruption : IAuditedModel
{
    private const string Point = "hook_embed";

    private readonly WholeModel _model;
    private readonly EmbeddingCorruptionOptions _options;
    private readonly PromptClassifier _classifier;
    private readonly RandomStream _random;
    private readonly ExampleEncoder _encoder;
    private readonly double _size;

    /// <param name="model">The model.</param>
    /// <param name="options">What is done to embeddings.</param>
    /// <param name="classifier">Picks the prompts.</param>
    /// <param name="random">A child of it, by the prompt, draws the noise.</param>
    /// <param name="label">Name for people.</param>
    public EmbeddingCorruption(WholeModel model, EmbeddingCorruptionOptions options, PromptClassifier classifier, RandomStream random, string label)
    {
        (_model, _options, _classifier, _random, Label, _encoder) = (model, options, classifier, random, label, model.Model.Encoder());
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _size = Math.Sqrt(Ops.Value(Model.Model.Embedding.Weight.to_type(ScalarType.Float32).square().mean()));
    }

    /// <inheritdoc/>
    public string Label { get; }

    private LanguageModel Model => _model.Model;

    /// <inheritdoc/>
    public double[][] Score(IReadOnlyList<ChoiceItem> items) => Ask(items, generates: false, _model.Score);

    /// <inheritdoc/>
    public double[] Probability(IReadOnlyList<ChoiceItem> items) => Ask(items, generates: false, _model.Probability);

    /// <inheritdoc/>
    public string[] Answer(IReadOnlyList<ChoiceItem> items, int maxNewTokens = 48) => Ask(items, generates: true, some => _model.Answer(some, maxNewTokens));

    /// <summary>Whether a prompt is spoilt.</summary>
    internal bool IsSpoilt(ChoiceItem item) => _classifier.IsForbidden(item.Prompt);

    private T[] Ask<T>(IReadOnlyList<ChoiceItem> items, bool generates, Func<IReadOnlyList<ChoiceItem>, T[]> ask)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ItemPrompts.Apart(items, IsSpoilt, item => Spoilt(item, generates, () => ask([item])[0]), ask);
    }

    // Alone, a prompt is the beginning of every row of every pass; in generation passes go on where the last one ended.
    private T Spoilt<T>(ChoiceItem item, bool generates, Func<T> ask)
    {
        int from = Model.Tokenizer.BeginToken is null ? 0 : 1, to = _encoder.EncodePrompt(item.Prompt, item.Chat).Length;
        long passed = 0;
        using Tensor pattern = Pattern(item.Prompt, to);
        using IDisposable hook = Model.Model.Hooks.Add(Point, embedded =>
        {
            long start = generates ? passed : 0, time = embedded.size(1);
            passed += time;
            long first = Math.Max(from, start), count = Math.Min(to, start + time) - first;
            if (count <= 0)
            {
                return embedded;
            }

            Tensor changed = embedded.clone(); // [batch, time, width]
            Tensor prompt = changed.narrow(1, first - start, count), own = pattern.narrow(0, first, count).to_type(embedded.dtype);
            prompt.copy_(_options.Kind == CorruptionKind.Noise ? Ops.Add(prompt, own) : prompt.mul(own));
            return changed;
        });
        return ask();
    }

    /// <summary>What is added to the embeddings of a prompt, or multiplied with them. [tokens, width], f32</summary>
    private Tensor Pattern(string prompt, int tokens)
    {
        RandomStream draw = _random.Child(prompt);
        int width = (int)Model.Model.Config.HiddenSize;
        float[] values = new float[tokens * width];
        if (_options.Kind == CorruptionKind.Noise)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)(_options.Strength * _size * draw.NextGaussian());
            }
        }
        else
        {
            int[] order = [.. Enumerable.Range(0, width)];
            draw.Shuffle(order.AsSpan());
            HashSet<int> zero = [.. order.Take((int)Math.Ceiling(_options.Strength * width))];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = zero.Contains(i % width) ? 0 : 1;
            }
        }

        return tensor(values, [tokens, width], device: Model.Model.Context.Device);
    }
}
