using System.Diagnostics;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training;

/// <summary>Trains a causal language model: windows of batches, clipping, an optimizer on a schedule, evaluation, early stopping, checkpoints, and a resume that is exact to the bit.</summary>
/// <remarks>
/// The loss of a step is the mean over all target tokens of its window, however they are spread over the batches. One trainer runs on one thread; its scope per step keeps the number of live
/// tensors constant. A resumed run equals an uninterrupted one bit for bit on the same machine with the same number of threads.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly CausalModel _model;
    private readonly Trainable _trainable;
    private readonly FlatParameters _parameters;
    private readonly TrainOptions _options;
    private readonly IBatchSource _batches;
    private readonly CheckpointStore? _checkpoints;
    private readonly IOptimizer _optimizer;
    private readonly IReadOnlyList<Tensor> _frozen;
    private readonly LearningRateSchedule _schedule;
    private readonly RandomStream _dropout;
    private readonly string _optionsHash;
    private TrainState _state;

    /// <summary>Prepares a run over all parameters of a model.</summary>
    /// <param name="model">A trainable model.</param>
    /// <param name="options">Settings.</param>
    /// <param name="batches">The data.</param>
    /// <param name="checkpoints">Where checkpoints go; null for none.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public Trainer(CausalModel model, TrainOptions options, IBatchSource batches, CheckpointStore? checkpoints = null)
        : this(Trainable.Whole(model), options, batches, checkpoints)
    {
    }

    /// <summary>Prepares a run over a part of a model or what was added to it.</summary>
    /// <param name="trainable">What is trained.</param>
    /// <param name="options">Settings.</param>
    /// <param name="batches">The data.</param>
    /// <param name="checkpoints">Where checkpoints go; null for none.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public Trainer(Trainable trainable, TrainOptions options, IBatchSource batches, CheckpointStore? checkpoints = null)
    {
        _trainable = trainable ?? throw new ArgumentNullException(nameof(trainable));
        _model = trainable.Model;
        _parameters = trainable.Parameters;
        _options = options ?? throw new ArgumentNullException(nameof(options));
        _batches = batches ?? throw new ArgumentNullException(nameof(batches));
        options.Check(checkpoints is not null);
        _checkpoints = checkpoints;
        _optimizer = Optimizers.Create(_parameters, options);
        _schedule = options.Rates;
        _dropout = _model.Context.Stream("train", "dropout");
        _optionsHash = options.Hash($"{_model.Context.Seed}|{_model.Context.ComputeType}|{trainable.Settings}");
        _frozen = [.. ParameterSet.Frozen(_parameters.Layout, options.Groups).Select(slot => _parameters[slot.Name])];
        RequireGradients(false);
        _state = new TrainState(0, 0, 0, "", null, _parameters.Layout.Hash, _optionsHash);
    }

    /// <summary>Where the run stands.</summary>
    public TrainState State => _state;

    /// <summary>Whether the evaluations have told it to end.</summary>
    public bool StoppedEarly => _options.EarlyStopping is EarlyStopping rule && _state.Stale >= rule.Patience;

    /// <summary>Goes on from the newest checkpoint, if there is one.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="PalimpsestException">The checkpoint belongs to another model or other settings.</exception>
    public bool TryResume()
    {
        if (_checkpoints?.Newest() is not string path)
        {
            return false;
        }

        TrainState state = CheckpointStore.Load(path, _parameters, _optimizer);
        if (state.OptionsHash != _optionsHash)
        {
            throw new PalimpsestException($"{path}: was written with other training settings, seed or compute type. Resume with the recipe in the run's folder, or start a new run.");
        }

        _batches.RestoreCursor(state.DataCursor);
        _state = state;
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
        while (!Ended && !stop.IsCancellationRequested)
        {
            (double loss, double norm, double rate, int tokens) = Step();
            _state = _state with { Step = _state.Step + 1, Tokens = _state.Tokens + tokens, Seconds = before + Stopwatch.GetElapsedTime(started).TotalSeconds };
            windowTokens += tokens;
            window = Stopwatch.GetElapsedTime(windowStart).TotalSeconds;
            progress?.Invoke(new TrainProgress(_state.Step, _options.Steps, loss, norm, rate, _state.Tokens, _state.Seconds, windowTokens / window));
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

            if (_checkpoints is not null && (best || Ended || stop.IsCancellationRequested || (_options.CheckpointEvery > 0 && _state.Step % _options.CheckpointEvery == 0)))
            {
                SaveCheckpoint(best);
                saved = _state.Step;
            }
        }

        // The stop may come before the first step, or between the end of a step and the next.
        if (_checkpoints is not null && stop.IsCancellationRequested && saved != _state.Step)
        {
            SaveCheckpoint(best: false);
        }

        if (Ended && _options.EarlyStopping is { RestoreBest: true } && _state.BestLoss is not null)
        {
            CheckpointStore.Load(_checkpoints!.Best, _parameters, null);
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

    private void SaveCheckpoint(bool best)
    {
        _state = _state with { DataCursor = _batches.SaveCursor() };

        // The best one first: a process killed in between goes on from an older checkpoint and finds the same best again.
        if (best)
        {
            _checkpoints!.SaveBest(_parameters, _optimizer, _state);
        }

        _checkpoints!.Save(_parameters, _optimizer, _state, _options.KeepCheckpoints);
    }

    private (double Loss, double Norm, double Rate, int Tokens) Step()
    {
        TokenBatch[] window = [.. Enumerable.Range(0, _options.Accumulate).Select(_ => _batches.Next())];
        long targets = window.Sum(batch => (long)batch.Targets.Length);
        double total = 0;

        // Only while the step lasts: an evaluation between two steps is one of the whole model.
        using DropoutHooks dropout = new(_trainable, _options.Dropout);
        using DisposeScope scope = NewDisposeScope();
        _model.RecomputeBlocks = _options.CheckpointBlocks;
        _parameters.ZeroGradients();
        Tensor share = tensor((float)(1.0 / Math.Max(1, targets)), device: _model.Context.Device);
        for (int i = 0; i < window.Length; i++)
        {
            using DisposeScope pass = NewDisposeScope();
            dropout.Begin(_dropout, _state.Step, i);
            Tensor ids = tensor(window[i].Ids, [window[i].Batch, window[i].Time], device: _model.Context.Device);
            Tensor loss = _model.LossSum(_model.Hidden(ids, AttentionScope.Of(window[i], _model.Context.Device)), window[i].Rows, window[i].Targets).mul(share);
            if (!loss.requires_grad)
            {
                throw NothingTrained();
            }

            Autograd.Backward(loss);
            total += Ops.Value(loss);
        }

        _model.RecomputeBlocks = false;
        double norm = Clip();
        if (norm == 0 && targets > 0 && _options.CheckpointBlocks && _state.Step == 0)
        {
            throw NothingTrained(); // blocks that are computed again do not know beforehand whether anything in them is trained
        }

        if (!double.IsFinite(total) || !double.IsFinite(norm))
        {
            throw NotFinite(double.IsFinite(total) ? "gradient" : "loss");
        }

        double rate = _schedule.At(_state.Step);
        _optimizer.Step(rate);
        if (_trainable.Projection is IStepProjection projection)
        {
            _parameters.ForEachChunk(projection.Project);
        }

        return (total, norm, rate, window.Sum(batch => batch.Tokens));
    }

    private double Clip()
    {
        using IDisposable noGrad = no_grad();
        using Tensor length = _parameters.Gradients.norm();
        double norm = Ops.Value(length);
        if (_options.ClipNorm > 0 && norm > _options.ClipNorm)
        {
            using Tensor factor = tensor((float)(_options.ClipNorm / (norm + 1e-6)), device: _model.Context.Device);
            _parameters.Gradients.mul_(factor);
        }

        return norm;
    }

    private static InvalidOperationException NothingTrained() => new("Nothing that is trained takes part in the loss. Activate an adapter before it is trained, and do not merge it.");

    private PalimpsestException NotFinite(string what)
    {
        string kept = "There is no checkpoint yet.";
        if (_checkpoints?.Newest() is string path)
        {
            TrainState good = CheckpointStore.Load(path, _parameters, _optimizer);
            kept = $"The last good checkpoint is {path} (step {good.Step}).";
        }

        return new PalimpsestException($"The {what} became infinite or NaN at step {_state.Step + 1}. {kept} Lower the learning rate, warm up longer, or look for damaged data.");
    }
}
