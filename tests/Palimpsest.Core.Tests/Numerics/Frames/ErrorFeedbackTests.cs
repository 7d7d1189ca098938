using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;

namespace Palimpsest.Tests.Numerics.Frames;

public sealed class ErrorFeedbackTests
{
    // Multiples of 1/8 add exactly, so what was sent and what is left are all that went in.
    [Fact]
    public void CorrectAndKeep_AnyUpdates_LoseNothing() => Gen.Int[-40, 40].Select(i => i / 8f).Array[20].Array[1, 12].Sample(updates =>
    {
        ErrorFeedback feedback = new(20);
        float[] arrived = new float[20], sent = new float[20];
        foreach (float[] update in updates)
        {
            float[] corrected = [.. update];
            feedback.Correct(corrected);
            VectorFrame.Decode(VectorFrame.Encode(corrected, TopK.Mask(corrected, 3), false, new()), sent);
            feedback.Keep(corrected, sent);
            for (int i = 0; i < 20; i++)
            {
                arrived[i] += sent[i];
            }
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => updates.Sum(update => update[i])), arrived.Zip(feedback.Residual.ToArray(), (a, e) => a + e));
    });

    [Fact]
    public void Keep_WhatIsNotFinite_IsRefusedByName()
    {
        ErrorFeedback feedback = new(2);
        Assert.Contains("Entry 1 of an update", Assert.Throws<PalimpsestException>(() => feedback.Keep([1, float.PositiveInfinity], [1, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => feedback.Correct(new float[3]));
    }
}
