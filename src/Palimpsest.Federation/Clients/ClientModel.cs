using System.Numerics.Tensors;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Federation.Rounds;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Federation.Clients;

/// <summary>A language model or classifier in a worker: an adapter on the frozen, mapped base, the whole model or its head, trained by the usual
/// trainer.</summary>
public sealed class ClientModel : IClientModel
{
    private readonly ClientModelOptions _options;
    private readonly ClientPopulation _population;
    private readonly LanguageModel _model;
    private readonly LoraAdapters _adapters;
    private readonly LoraAdapter? _adapter;
    private readonly FlatParameters _parameters;
    private readonly Trainable _trainable;
    private readonly TokenCrossEntropy _objective;
    private readonly ExampleEncoder _encoder;
    private readonly float[] _start;

    private ClientModel(ClientModelOptions options, ClientPopulation population, LanguageModel model, TorchContext torch)
    {
        (_options, _population, _model) = (options, population, model);
        _adapters = new LoraAdapters(model.Model);
        if (options.Part == TrainedPart.Adapter)
        {
            _adapter = LoraAdapter.Create(model.Model, options.Lora, torch.Stream("federate"));
            _adapters.Activate(_adapter);
        }

        _trainable = _adapter is null ? Trainable.Whole(model.Model) : Trainable.Adapter(_adapter);
        _parameters = _trainable.Parameters;
        _objective = new TokenCrossEntropy(model.Model);
        int length = model.Model.Config.ContextLength;
        _encoder = options.Classifies
            ? new ExampleEncoder(model.Tokenizer, length, model.Model.Config.Labels, options.TooLong)
            : new ExampleEncoder(model.Tokenizer, length, options.TooLong, chat: model.Chats);
        _start = new float[_parameters.Layout.Count];
        _parameters.Read(_start);
    }

    /// <inheritdoc/>
    public ParameterLayout Layout => _parameters.Layout;

    /// <summary>What was read otherwise than it stands in the model's files, a sentence each.</summary>
    public IEnumerable<string> Notes => _model.Notes;

    /// <summary>Parameters of the model, without an adapter's.</summary>
    public long Parameters => _model.Model.Parameters.Layout.Count;

    /// <summary>Loads the model.</summary>
    /// <param name="options">Which, and what of it is trained.</param>
    /// <param name="population">Whose data it trains on.</param>
    /// <param name="threads">Threads of the worker.</param>
    /// <exception cref="PalimpsestException">The model cannot be read, or the settings do not fit it.</exception>
    public static ClientModel Open(ClientModelOptions options, ClientPopulation population, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(population);
        TorchContext torch = new(options.Model.Dtype, threads, options.Seed, options.Model.Device);
        LoadMode mode = options.Part switch { TrainedPart.Adapter => LoadMode.Mapped, TrainedPart.Head => LoadMode.TrainableHead, _ => LoadMode.Trainable };
        LanguageModel model = options.Classifies
            ? LanguageModel.LoadClassifier(options.Model.Name, torch, [.. population.Labels.Select(label => label.Trim()).Distinct(StringComparer.Ordinal)],
                torch.Stream("federate", "head"), mode)
            : LanguageModel.Load(options.Model.Name, torch, mode);
        try
        {
            return new ClientModel(options, population, model, torch);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void ReadStart(Span<float> weights) => _start.CopyTo(weights);

    /// <inheritdoc/>
    public LocalResult Train(int client, ReadOnlySpan<float> start, LocalTraining training, Span<float> end)
    {
        ArgumentNullException.ThrowIfNull(training);
        TokenSequence[] sequences = [.. _population.Training(client).Select(_encoder.Encode).OfType<TokenSequence>()];
        if (sequences.Length == 0)
        {
            start.CopyTo(end);
            return new LocalResult(0, 0, 0, double.NaN);
        }

        LocalOptions options = training.Options;
        ShuffledBatches batches = new(sequences, options.BatchSize, training.Random.Child("batches"));
        int steps = checked(batches.PerEpoch * options.Epochs);
        steps = options.MostSteps > 0 ? Math.Min(steps, options.MostSteps) : steps;
        TrainOptions settings = new()
        {
            Steps = (int)Math.Ceiling(steps * training.Share),
            BatchSize = options.BatchSize,
            LearningRate = options.LearningRate,
            Schedule = ScheduleKind.Constant,
            WarmupSteps = 0,
            ClipNorm = options.ClipNorm,
            Optimizer = options.Optimizer,
            CheckpointEvery = 0,
        };
        TrainedCoordinates? trained = training.Trained is BitMask mask ? new TrainedCoordinates(mask, start.ToArray()) : null;
        Trainable trainable = _trainable with { Edits = trained is null ? training.Edits : [.. training.Edits, trained], Projection = trained };
        _parameters.Load(start);
        double loss = 0;
        using Trainer<TokenBatch> trainer = new(trainable, _objective, settings, batches, training.Random.Child("train"));
        if (!trainer.Run(progress => loss += progress.Loss, stop: training.Stop))
        {
            throw new OperationCanceledException(training.Stop);
        }

        _parameters.Read(end);
        return new LocalResult(
            (int)Math.Min(sequences.Length, (long)settings.Steps * options.BatchSize), settings.Steps, trainer.State.Tokens, loss / settings.Steps);
    }

    /// <inheritdoc/>
    public ClientScore Evaluate(int client, ReadOnlySpan<float> weights)
    {
        IReadOnlyList<ChoiceItem> items = _population.HeldOut(client, _options.MostHeldOut);
        _parameters.Load(weights);
        if (_model.Model.Config.Labels.Count > 0)
        {
            ClassPrediction[] found = ClassPrediction.Of(_model, [.. items.Select(item => new TextExample(item.Prompt, item.Choices[item.Answer]))]);
            return new ClientScore(found.Length, found.Count(one => one.IsRight), found.Sum(one => one.Nats), found.Length);
        }

        TokenSequence[][] asked = [.. items.Select(Asked).OfType<TokenSequence[]>()];
        double[] scores = SequenceScorer.LogLikelihoods(_model.Model, [.. asked.SelectMany(own => own)]);
        (int right, double loss, double tokens) = (0, 0, 0);
        int at = 0;
        foreach (TokenSequence[] choices in asked)
        {
            // The true one comes first, and must be likelier than all others.
            ReadOnlySpan<double> own = scores.AsSpan(at, choices.Length);
            right += choices.Length > 1 && own[0] > TensorPrimitives.Max(own[1..]) ? 1 : 0;
            (loss, tokens, at) = (loss - own[0], tokens + choices[0].Targets, at + choices.Length);
        }

        return new ClientScore(asked.Length, asked.All(choices => choices.Length > 1) ? right : double.NaN, loss, tokens);
    }

    /// <summary>Saves weights in the form that other commands read: an adapter beside its base, and what has a head of its own or no adapter as a whole
    /// model.</summary>
    /// <param name="weights">[count]</param>
    /// <param name="adapter">Folder of the adapter.</param>
    /// <param name="model">Folder of the model.</param>
    /// <exception cref="PalimpsestException">A folder cannot be written.</exception>
    public void Save(ReadOnlySpan<float> weights, string adapter, string model)
    {
        _parameters.Load(weights);
        if (_adapter is null)
        {
            _model.Save(model);
            return;
        }

        _adapter.Save(adapter, _model.Name);
        if (_model.Model.Config.Labels.Count > 0)
        {
            _adapters.SaveMerged(model);
            _model.Tokenizer.Save(model);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _objective.Dispose();
        _adapters.Dispose();
        _adapter?.Dispose();
        _model.Dispose();
    }

    // An item's completions as tokens, the true one first; null for one that is left out because it is too long.
    private TokenSequence[]? Asked(ChoiceItem item)
    {
        string answer = item.Choices[item.Answer];
        if (item.Choices.Count == 1)
        {
            return _encoder.Encode(new TextExample(item.Prompt, answer, Messages: item.Chat)) is TokenSequence whole ? [whole] : null;
        }

        TokenSequence[] choices = [.. item.Choices.Where((_, i) => i != item.Answer).Prepend(answer).Select(choice =>
            _encoder.EncodeOpen(item.Prompt, item.Chat, choice))];
        return choices.All(choice => choice.Ids.Length <= _encoder.MaxLength) ? choices
            : _options.TooLong != TooLongPolicy.Error ? null
            : throw new PalimpsestException($"A question has more tokens with its answers than the {_encoder.MaxLength} that fit (it begins "
                + $"\"{item.Prompt[..Math.Min(60, item.Prompt.Length)].ReplaceLineEndings(" ")}\"). Shorten it, or set data.too_long to skip.");
    }
}
