using System.Runtime.Intrinsics;

namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>How the second moment of <see cref="AdaptiveServer{TSquares}"/> goes on.</summary>
internal interface ISquares
{
    /// <summary>The next one.</summary>
    /// <param name="v">The last one.</param>
    /// <param name="square">D^2.</param>
    /// <param name="kept">β2.</param>
    /// <param name="added">1 - β2.</param>
    static abstract Vector256<float> Next(Vector256<float> v, Vector256<float> square, float kept, float added);
}

/// <summary>FedAdam: v = β2 v + (1 - β2) D^2.</summary>
internal readonly struct AveragedSquares : ISquares
{
    public static Vector256<float> Next(Vector256<float> v, Vector256<float> square, float kept, float added) => (v * kept) + (square * added);
}

/// <summary>FedYogi: v -= (1 - β2) D^2 sign(v - D^2).</summary>
internal readonly struct YogiSquares : ISquares
{
    public static Vector256<float> Next(Vector256<float> v, Vector256<float> square, float kept, float added)
    {
        Vector256<float> change = square * added;
        return Vector256.ConditionalSelect(Vector256.GreaterThan(v, square), v - change,
            Vector256.ConditionalSelect(Vector256.LessThan(v, square), v + change, v));
    }
}

/// <summary>FedAdagrad: v += D^2.</summary>
internal readonly struct SummedSquares : ISquares
{
    public static Vector256<float> Next(Vector256<float> v, Vector256<float> square, float kept, float added) => v + square;
}
