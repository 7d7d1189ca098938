using System.Runtime.InteropServices;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>Makes the task vector of an owner by sign-fixed tuning, the same bits every time: τ = 0; E times an Adam step on the owner's loss, then every entry with τ·v &lt; 0 is set to 0.</summary>
/// <remarks>
/// arXiv 2504.04626, section 3. Of its discrepancies: the projection follows every step (not only all but the last one), v is +1/-1 (not 0/1), and the mask is taken after the last projection; so the mask equals
/// τ ≠ 0. Adam's moments are neither masked nor reset. Embeddings and output matrix are frozen (appendix B). One tuner serves one thread; several may work side by side, each with its own model.
/// </remarks>
public sealed class SiftTuner : IDisposable
{
    private const int Chunk = 1 << 28; // a span of bytes ends at 2 GiB
    private readonly LanguageModel _model;
    private readonly FlatParameters _parameters;
    private readonly float[] _base;
    private readonly ExampleEncoder _encoder;
    private readonly OwnerTuning _options;
    private readonly SignVector? _signs;

    /// <summary>Prepares to tune owners of one model.</summary>
    /// <param name="model">Loaded with <see cref="LoadMode.TrainableHidden"/>, at its base weights; disposed with this object.</param>
    /// <param name="options">The same for all owners.</param>
    /// <param name="signs">One sign a trainable parameter, the same for all owners.</param>
    public SiftTuner(LanguageModel model, OwnerTuning options, SignVector signs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(signs);
        _model = model;
        _options = options;
        _parameters = model.Model.Parameters.Flat ?? throw new ArgumentException("The model was loaded frozen; load it with LoadMode.TrainableHidden.", nameof(model));
        ArgumentOutOfRangeException.ThrowIfNotEqual(signs.Count, _parameters.Layout.Count, nameof(signs));
        _signs = options.SignFixed ? signs : null;
        _base = new float[_parameters.Layout.Count];
        _parameters.Read(_base);
        _encoder = new ExampleEncoder(model.Tokenizer, model.Model.Config.ContextLength, options.TooLong);
    }

    /// <summary>The model; its weights are the base's between two calls.</summary>
    public LanguageModel Model => _model;

    /// <summary>Where prompts and completions were encoded apart.</summary>
    internal PromptBoundaries Boundaries => _encoder.Boundaries;

    /// <summary>Layout of the trainable parameters, and so of all task vectors.</summary>
    public ParameterLayout Layout => _parameters.Layout;

    /// <summary>The base's values.</summary>
    public ReadOnlySpan<float> Base => _base;

    /// <summary>Tunes on an owner's examples.</summary>
    /// <param name="examples">At least one; their order matters to the bit.</param>
    /// <param name="random">The owner's own stream, for the order of batches.</param>
    /// <param name="vector">Receives the task vector. [count]</param>
    /// <param name="stepped">Called after each step with its number from 1; <see cref="Read"/> gives the vector so far.</param>
    /// <param name="stop">Ends between two steps.</param>
    /// <returns>The mean losses of the steps, in nats a token.</returns>
    /// <exception cref="PalimpsestException">There is no example, one is too long, or the training diverges.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public double[] Tune(IReadOnlyList<TextExample> examples, RandomStream random, Span<float> vector, Action<int>? stepped = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, _base.Length, nameof(vector));
        TokenSequence[] sequences = [.. examples.Select(_encoder.Encode).OfType<TokenSequence>()];
        if (sequences.Length == 0)
        {
            throw new PalimpsestException("The owner has no example with a token to learn.");
        }

        OwnerBatches batches = new(sequences, _options.BatchSize, random);
        TrainOptions settings = new()
        {
            Steps = _options.Steps,
            BatchSize = _options.BatchSize,
            Accumulate = batches.Parts,
            LearningRate = _options.LearningRate,
            Schedule = ScheduleKind.Constant,
            WarmupSteps = 0,
            ClipNorm = 0,
            Optimizer = new AdamWOptions { WeightDecay = 0 },
            CheckpointEvery = 0,
        };
        List<double> losses = [];
        try
        {
            Trainable trainable = Trainable.Whole(_model.Model) with { Projection = _signs is null ? null : new SignFixing(_base, _signs) };
            using Trainer<TokenBatch> trainer = Trainer.Of(_model.Model, trainable, settings, batches, random.Child("train"));
            if (!trainer.Run(
                progress =>
                {
                    losses.Add(progress.Loss);
                    stepped?.Invoke(progress.Step);
                },
                stop: stop))
            {
                throw new OperationCanceledException(stop);
            }

            Read(vector);
        }
        finally
        {
            Serve([]);
        }

        return [.. losses];
    }

    /// <summary>Puts base + vector into the model.</summary>
    /// <param name="vector">[count], or empty for the base itself.</param>
    /// <param name="mask">Lets the vector through where it is on; null for all of it.</param>
    public void Serve(ReadOnlySpan<float> vector, BitMask? mask = null)
    {
        if (vector.IsEmpty)
        {
            _parameters.Load(_base);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, _base.Length, nameof(vector));
        for (int offset = 0; offset < vector.Length; offset += Chunk)
        {
            int length = Math.Min(Chunk, vector.Length - offset);
            using Tensor part = _parameters.Values.narrow(0, offset, length);
            SiftServing.Serve(offset, _base.AsSpan(offset, length), vector.Slice(offset, length), mask, MemoryMarshal.Cast<byte, float>(part.bytes));
        }
    }

    /// <summary>The task vector of the weights as they are: while tuning, the one so far.</summary>
    /// <param name="vector">[count]</param>
    public void Read(Span<float> vector) => _parameters.ReadDifference(_base, vector);

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
