using System.Diagnostics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using static TorchSharp.torch;

namespace Palimpsest.Training.Meters;

/// <summary>Reads the allocator in the course of training steps and keeps the peaks.</summary>
/// <remarks>glibc walks its lists of free chunks to answer. Where that takes more than a thousandth of the time since the start, steps are left out until it
/// does not.</remarks>
/// <param name="trainable">What is trained.</param>
/// <param name="optimizer">Its optimizer.</param>
internal sealed class MemoryMeter(Trainable trainable, IOptimizer optimizer)
{
    private const int ShareOfTime = 1000;
    private MemoryReading? _now;
    private MemoryReading? _peaks;
    private long _activations;
    private long _began;
    private long _spent;
    private int _steps;
    private int _readings;

    /// <summary>The reading of the step that ended last; null where there was none.</summary>
    public MemoryReading? Last => _now;

    /// <summary>A step begins.</summary>
    public void Begin()
    {
        long now = Stopwatch.GetTimestamp();
        _steps++;
        _began = _began == 0 ? now : _began;
        bool affordable = _readings < 2 || _spent * ShareOfTime <= now - _began;
        _now = affordable && ProcessMemory.Allocated is long before ? new MemoryReading(before, 0, 0, 0, 0) : null;
        Spend(now);
    }

    /// <summary>A forward pass has ended.</summary>
    public void AfterForward() => Read((reading, bytes) => reading with { Forward = Math.Max(reading.Forward, bytes) });

    /// <summary>A backward pass has ended.</summary>
    public void AfterBackward() => Read((reading, bytes) => reading with { Backward = Math.Max(reading.Backward, bytes) });

    /// <summary>The optimizer has taken its step.</summary>
    public void AfterStep()
    {
        Read((reading, bytes) => reading with { Step = bytes, Resident = ProcessMemory.Resident });
        if (_now is MemoryReading now)
        {
            _readings++;
            _activations = Math.Max(_activations, Math.Max(Math.Max(now.Forward, now.Backward), now.Step) - now.Before);
            _peaks = _peaks is not MemoryReading old ? now
                : new MemoryReading(Math.Max(old.Before, now.Before), Math.Max(old.Forward, now.Forward), Math.Max(old.Backward, now.Backward),
                Math.Max(old.Step, now.Step), now.Resident);
        }
    }

    /// <summary>All that was measured.</summary>
    public MemoryUse Use()
    {
        (MemoryCategory Category, long Bytes)[] owned =
        [
            .. optimizer is IMemoryOwner owner ? owner.Memory : optimizer.State.Select(item => (MemoryCategory.OptimizerState, Bytes(item.Values))),
            .. trainable.Gradients is IMemoryOwner store && !ReferenceEquals(store, optimizer) ? store.Memory : [],
        ];
        long Of(MemoryCategory category) => owned.Where(item => item.Category == category).Sum(item => item.Bytes);
        return new MemoryUse
        {
            Trained = Bytes(trainable.Parameters.Values),
            Frozen = trainable.Frozen.Allocated,
            Mapped = trainable.Frozen.Mapped,
            Gradients = Bytes(trainable.Parameters.Gradients) + Of(MemoryCategory.Gradients),
            OptimizerState = Of(MemoryCategory.OptimizerState),
            Projectors = Of(MemoryCategory.Projectors),
            Before = _peaks?.Before,
            Forward = _peaks?.Forward,
            Backward = _peaks?.Backward,
            Step = _peaks?.Step,
            Activations = _peaks is null ? null : _activations,
            Steps = _steps,
            Readings = _readings,
            Resident = ProcessMemory.Resident,
            PeakResident = ProcessMemory.PeakResident,
        };
    }

    private static long Bytes(Tensor tensor) => tensor.NumberOfElements * tensor.ElementSize;

    private void Read(Func<MemoryReading, long, MemoryReading> keep)
    {
        if (_now is MemoryReading reading)
        {
            long now = Stopwatch.GetTimestamp();
            _now = keep(reading, ProcessMemory.Allocated ?? 0);
            Spend(now);
        }
    }

    // The first reading compiles this code.
    private void Spend(long since) => _spent += _readings == 0 ? 0 : Stopwatch.GetTimestamp() - since;
}
