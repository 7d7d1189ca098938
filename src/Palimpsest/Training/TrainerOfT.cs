using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Meters;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Ranks;
using Palimpsest.Training.Schedules;
using static TorchSharp.torch;

namespace Palimpsest.Training;

/// <summary>Trains a flat vector on an objective: windows of batches, clipping, an optimizer on a schedule, evaluation, early stopping, checkpoints, and a
/// resume that is exact to the bit.</summary>
/// <remarks>
/// It knows nothing of what the vector, the batches and the objective are. One trainer runs on one thread; its scope per step keeps the number of live tensors
/// constant. A resumed run equals an uninterrupted one bit for
/// bit on the same machine with the same number of threads.
/// </remarks>
/// <typeparam name="TBatch">What one forward and backward pass is made of.</typeparam>
public sealed class Trainer<TBatch> : IDisposable
{
    private const string ObjectivePrefix = "objective.";
    private readonly Objective<TBatch> _objective;
    private readonly FlatParameters _parameters;
    private readonly TrainOptions _options;
    private readonly IBatchSource<TBatch> _batches;
    private readonly CheckpointStore? _checkpoints;
    private readonly IOptimizer _optimizer;
    private readonly TrainStep<TBatch> _step;
    private readonly IReadOnlyList<(string Name, Tensor Values)> _tensors;
    private readonly IReadOnlyList<Tensor> _frozen;
    private readonly LearningRateSchedule _schedule;
    private readonly string _optionsHash;
    private readonly string? _olderHash;
    private TrainState _state;

    /// <summary>Prepares a run.</summary>
    /// <param name="trainable">What is trained.</param>
    /// <param name="objective">What is minimised; stays its creator's.</param>
    /// <param name="options">Settings.</param>
    /// <param name="batches">The data.</param>
    /// <param name="random">All draws of the training. Owners, rounds and seeds that shall differ need streams of their own.</param>
    /// <param name="checkpoints">Where checkpoints go; null for none.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public Trainer(Trainable trainable, Objective<TBatch> objective, TrainOptions options, IBatchSource<TBatch> batches, RandomStream random,
        CheckpointStore? checkpoints = null)
    {
        ArgumentNullException.ThrowIfNull(trainable);
        ArgumentNullException.ThrowIfNull(random);
        _objective = objective ?? throw new ArgumentNullException(nameof(objective));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        _batches = batches ?? throw new ArgumentNullException(nameof(batches));
        options.Check(checkpoints is not null);
        if (trainable.Mode is null && (options.Dropout > 0 || options.CheckpointBlocks))
        {
            throw new PalimpsestException("train.dropout and train.checkpoint_blocks are for models of blocks; what is trained here has none. Leave them out.");
        }

        _parameters = trainable.Parameters;
        _checkpoints = checkpoints;
        _optimizer = OptimizerRegistry.Create(new OptimizerContext(trainable, options.Groups, random.Child("optimizer")), options.ChosenOptimizer);
        _step = new TrainStep<TBatch>(trainable, objective, options, _optimizer, random);
        _tensors = [.. _optimizer.State, .. objective.State.Select(item => (ObjectivePrefix + item.Name, item.Values))];
        _schedule = options.Rates;
        _optionsHash = OptionsHash.Of(options, string.Create(CultureInfo.InvariantCulture, $"{random.DeriveSeed()}|{objective.Settings}|{trainable.Settings}"));
        _olderHash = trainable.OlderSettings is string older ? OptionsHash.Older(options, older) : null;
        _frozen = [.. ParameterSet.Frozen(_parameters.Layout, options.Groups).Select(slot => _parameters[slot.Name])];
        RequireGradients(false);
        _state = new TrainState(0, 0, 0, "", null, _parameters.Layout.Hash, _optionsHash);
    }

    /// <summary>Where the run stands.</summary>
    public TrainState State => _state;

    /// <summary>What the steps of this process have taken of the memory.</summary>
    public MemoryUse Memory => _step.Meter.Use();

    /// <summary>Whether the evaluations have told it to end.</summary>
    public bool StoppedEarly => _options.EarlyStopping is EarlyStopping rule && _state.Stale >= rule.Patience;

    /// <summary>Trains together with the same trainer in other processes, each on its share of the micro-batches of a step; to be called before all
    /// else.</summary>
    /// <remarks>All read all data, so that data order, random draws, denominators and the resumed state are those of one process with the same
    /// <see cref="TrainOptions.Accumulate"/>; only the first writes checkpoints. Gradients are sums of the ranks' sums: the bits are those of one process
    /// where there
    /// are two ranks with a micro-batch each and every parameter has one contribution a pass, else they differ by rounding.</remarks>
    /// <param name="ranks">The processes.</param>
    /// <exception cref="PalimpsestException">The batches cannot be shared, or the processes do not train the same.</exception>
    public void Join(IRanks ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (_options.Accumulate % ranks.Count != 0)
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"train.accumulate is {_options.Accumulate}, but {ranks.Count} processes share the batches of a step. Make it a multiple of {ranks.Count}; ")
                + "train.batch_size can be smaller for it.");
        }

        if (ranks.Count > 1 && _objective.State.Count > 0)
        {
            throw new PalimpsestException($"An objective with a state of its own ({_objective.State[0].Name}) cannot be shared by processes. Train in one.");
        }

        ranks.RequireSame(_parameters, _optionsHash);
        _optimizer.Join(ranks);
        _step.Ranks = ranks;
    }

    /// <summary>Goes on from the newest checkpoint, if there is one.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="PalimpsestException">The checkpoint belongs to another model, optimizer, objective or other settings; nothing was changed.</exception>
    public bool TryResume()
    {
        if (_step.Ranks.FromFirst(_checkpoints?.Newest() ?? "") is not { Length: > 0 } path)
        {
            return false;
        }

        if (_step.Ranks.Rank > 0)
        {
            Take(JsonSerializer.Deserialize(_step.Ranks.FromFirst(""), TrainStateJson.Default.TrainState)!);
            return true;
        }

        TrainState state = CheckpointStore.Load(path, _parameters, _tensors, found =>
        {
            if (found.OptionsHash != _optionsHash && found.OptionsHash != _olderHash)
            {
                throw new PalimpsestException($"{path}: was written with other training settings, seed or compute type. Resume with the recipe in the run's folder, or start a new run.");
            }

            _batches.RestoreCursor(found.DataCursor);
        });
        _ = _step.Ranks.FromFirst(JsonSerializer.Serialize(state, TrainStateJson.Default.TrainState));
        Take(state);
        return true;
    }

    /// <summary>Trains to the last step or until told to stop; writes a checkpoint in either case.</summary>
    /// <param name="progress">Called after every step.</param>
    /// <param name="evaluate">Gives the validation loss; called every <see cref="TrainOptions.EvaluateEvery"/> steps with the step.</param>
    /// <param name="stop">Stops after the current step.</param>
    /// <returns>Whether the end was reached: the last step, or one at which early stopping ended the training.</returns>
    /// <exception cref="PalimpsestException">The loss or the gradient is not finite; the weights are those of the newest checkpoint again.</exception>
    public bool Run(Action<TrainProgress>? progress = null, Func<int, double>? evaluate = null, CancellationToken stop = default)
    {
        long started = Stopwatch.GetTimestamp();
        int saved = -1;
        double before = _state.Seconds, window = 0;
        long windowTokens = 0, windowStart = started;
        bool stopping = _step.Ranks.Any(stop.IsCancellationRequested);
        while (!Ended && !stopping)
        {
            (double loss, double norm, double rate, int tokens, IReadOnlyDictionary<string, double> figures) = Step();
            _state = _state with { Step = _state.Step + 1, Tokens = _state.Tokens + tokens, Seconds = before + Stopwatch.GetElapsedTime(started).TotalSeconds };
            _objective.End(_state.Step, figures);
            windowTokens += tokens;
            window = Stopwatch.GetElapsedTime(windowStart).TotalSeconds;
            progress?.Invoke(new TrainProgress(_state.Step, _options.Steps, loss, norm, rate, _state.Tokens, _state.Seconds,
                windowTokens / window)
            { Figures = figures, Memory = _step.Meter.Last });
            if (window > 5)
            {
                (windowTokens, windowStart) = (0, Stopwatch.GetTimestamp());
            }

            bool best = false;
            if (evaluate is not null && _options.EvaluateEvery > 0 && (_state.Step % _options.EvaluateEvery == 0 || Ended))
            {
                double validation = evaluate(_state.Step);
                best = !double.IsNaN(validation) && !(validation >= _state.BestLoss);
                _state = best ? _state with { BestLoss = validation, BestStep = _state.Step } : _state;
                _state = _options.EarlyStopping?.After(_state, validation) ?? _state;
            }

            stopping = _step.Ranks.Any(stop.IsCancellationRequested);
            if (_checkpoints is not null
                && (best || Ended || stopping || (_options.CheckpointEvery > 0 && _state.Step % _options.CheckpointEvery == 0)))
            {
                SaveCheckpoint(best);
                saved = _state.Step;
            }
        }

        // The stop may come before the first step, or between the end of a step and the next.
        if (_checkpoints is not null && stopping && saved != _state.Step)
        {
            SaveCheckpoint(best: false);
        }

        if (Ended && _options.EarlyStopping is { RestoreBest: true } && _state.BestLoss is not null)
        {
            if (_step.Ranks.Rank == 0)
            {
                CheckpointStore.Load(_checkpoints!.Best, _parameters, _tensors); // an optimizer's state may hold weights too
            }

            _step.Ranks.FromFirst([_parameters.Values, .. _tensors.Select(item => item.Values)]);
        }

        return Ended;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        RequireGradients(true);
        _optimizer.Dispose();
    }

    private bool Ended => _state.Step >= _options.Steps || StoppedEarly;

    private void RequireGradients(bool required)
    {
        foreach (Tensor parameter in _frozen)
        {
            parameter.requires_grad = required;
        }
    }

    private void Take(TrainState state)
    {
        _step.Ranks.FromFirst([_parameters.Values, .. _tensors.Select(item => item.Values)]);
        if (_step.Ranks.Rank > 0)
        {
            _batches.RestoreCursor(state.DataCursor);
        }

        _optimizer.StepCount = state.Step;
        _state = state with { OptionsHash = _optionsHash };
    }

    private void SaveCheckpoint(bool best)
    {
        if (_step.Ranks.Rank > 0)
        {
            return;
        }

        _state = _state with { DataCursor = _batches.SaveCursor() };

        // The best one first: a process killed in between goes on from an older checkpoint and finds the same best again.
        if (best)
        {
            _checkpoints!.SaveBest(_parameters, _tensors, _state);
        }

        _checkpoints!.Save(_parameters, _tensors, _state, _options.KeepCheckpoints);
    }

    private (double Loss, double Norm, double Rate, int Tokens, IReadOnlyDictionary<string, double> Figures) Step()
    {
        TBatch[] window = [.. Enumerable.Range(0, _options.Accumulate).Select(_ => _batches.Next())];
        double rate = _schedule.At(_state.Step);
        (double loss, double norm, IReadOnlyDictionary<string, double> figures) = _step.Take(window, _state.Step, rate);
        return double.IsFinite(loss) && double.IsFinite(norm) ? (loss, norm, rate, window.Sum(_objective.Tokens), figures)
            : throw NotFinite(double.IsFinite(loss) ? "gradient" : "loss");
    }

    private DivergedException NotFinite(string what)
    {
        string kept = "There is no checkpoint yet.";
        if (_checkpoints?.Newest() is string path)
        {
            TrainState good = CheckpointStore.Load(path, _parameters, _tensors);
            kept = $"The last good checkpoint is {path} (step {good.Step}).";
        }

        return new DivergedException($"The {what} became infinite or NaN at step {_state.Step + 1}. {kept} Lower the learning rate, warm up longer, "
            + "or look for "
            + "damaged data.");
    }
}
