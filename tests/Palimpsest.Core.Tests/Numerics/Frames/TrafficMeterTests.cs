using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;

namespace Palimpsest.Tests.Numerics.Frames;

public sealed class TrafficMeterTests
{
    [Fact]
    public void Count_Frames_AddsWhatTheyHold()
    {
        TrafficMeter meter = new(3);
        BitMask mask = new(100) { [5] = true, [99] = true };
        byte[] dense = VectorFrame.Encode(new float[100], null, false, new() { Values = ValueCodec.Int8 });
        byte[] sparse = VectorFrame.Encode(new float[100], mask, false, new() { Indices = IndexCodec.Bitmap });
        meter.Count(0, TrafficKind.Download, dense);
        meter.Count(2, TrafficKind.Download, dense);
        Traffic before = meter.Training;
        meter.Count(2, TrafficKind.Upload, sparse);
        meter.Count(2, TrafficKind.Upload, new Traffic(1, 48, 0, 0, 0));
        meter.Count(1, TrafficKind.Evaluation, dense);

        Assert.Equal(new Traffic(1, 32, 0, 100 + (4 * 2), 400), meter.Of(0, TrafficKind.Download));
        Assert.Equal(new Traffic(2, 80, 13, 8, 400), meter.Of(2, TrafficKind.Upload));
        Assert.Equal(meter.Of(2, TrafficKind.Upload), meter.Total(TrafficKind.Upload));
        Assert.Equal(meter.Of(2, TrafficKind.Upload), meter.Training - before);
        Assert.Equal((2 * dense.Length) + sparse.Length + 48, meter.Training.Bytes);
        Assert.Equal(meter.Training.Bytes / 1200.0, meter.Training.Ratio);
        Assert.Equal(dense.Length, meter.Total(TrafficKind.Evaluation).Bytes);
        Assert.True(double.IsNaN(default(Traffic).Ratio));
    }

    [Fact]
    public void SaveAndRestore_OtherMeter_GoesOn()
    {
        TrafficMeter meter = new(2), again = new(2);
        meter.Count(1, TrafficKind.Upload, VectorFrame.Encode(new float[9], null, false, new()));
        again.Restore(meter.Save());
        Assert.Equal(meter.Of(1, TrafficKind.Upload), again.Of(1, TrafficKind.Upload));
        Assert.Equal(meter.Save(), again.Save());
        Assert.Contains("30 numbers where 3 clients", Assert.Throws<PalimpsestException>(() => new TrafficMeter(3).Restore(meter.Save())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => meter.Of(2, TrafficKind.Upload));
        Assert.Throws<PalimpsestException>(() => meter.Count(0, TrafficKind.Upload, "no frame"u8));
    }
}
