using Palimpsest.Interpretability.Activations;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>A vector a document: the mean of a model's states over its tokens, less the mean over all documents, of length 1. A stand-in for a sentence
/// encoder.</summary>
public static class StateVectors
{
    private const int DocumentsPerPart = 256;

    /// <summary>The means over the tokens of each document.</summary>
    /// <param name="reader">Reads the states.</param>
    /// <param name="documents">Tokens of each document.</param>
    /// <param name="progress">Called with the documents done.</param>
    public static float[][] Means(ActivationReader reader, IReadOnlyList<int[]> documents, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(documents);
        float[][] means = new float[documents.Count][];
        for (int from = 0; from < documents.Count; from += DocumentsPerPart)
        {
            int count = Math.Min(DocumentsPerPart, documents.Count - from);
            ActivationBatch rows = reader.Read([.. Enumerable.Range(from, count).Select(i => documents[i])]);
            int[] sizes = new int[count];
            for (int row = 0; row < rows.Rows; row++)
            {
                float[] mean = means[from + rows.Documents[row]] ??= new float[rows.Width];
                System.Numerics.Tensors.TensorPrimitives.Add(mean, rows.Row(row), mean);
                sizes[rows.Documents[row]]++;
            }

            for (int i = 0; i < count; i++)
            {
                float[] mean = means[from + i] ??= new float[rows.Width];
                System.Numerics.Tensors.TensorPrimitives.Divide(mean, Math.Max(1, sizes[i]), mean);
            }

            progress?.Invoke(from + count);
        }

        return means;
    }

    /// <summary>Takes a mean off vectors and brings them to length 1, in place.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="centre">What is taken off.</param>
    public static void Centre(IReadOnlyList<float[]> vectors, float[] centre)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        foreach (float[] vector in vectors)
        {
            System.Numerics.Tensors.TensorPrimitives.Subtract(vector, centre, vector);
            float length = System.Numerics.Tensors.TensorPrimitives.Norm<float>(vector);
            System.Numerics.Tensors.TensorPrimitives.Divide(vector, Math.Max(length, 1e-12f), vector);
        }
    }

    /// <summary>The mean of vectors.</summary>
    /// <param name="vectors">At least one.</param>
    public static float[] Mean(IReadOnlyList<float[]> vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        float[] mean = new float[vectors[0].Length];
        foreach (float[] vector in vectors)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(mean, vector, mean);
        }

        System.Numerics.Tensors.TensorPrimitives.Divide(mean, vectors.Count, mean);
        return mean;
    }
}
