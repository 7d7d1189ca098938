namespace Palimpsest.Unlearning.Merging;

/// <summary>The Gram matrices Xᵀ X of what enters each linear layer, for each task.</summary>
public interface IGramSource
{
    /// <summary>Whether a parameter is the weight of a linear layer whose inputs were watched. The same for all tasks.</summary>
    /// <param name="parameter">Name in the layout.</param>
    bool Has(string parameter);

    /// <summary>Reads a Gram matrix.</summary>
    /// <param name="task">Number of the task.</param>
    /// <param name="parameter">One that <see cref="Has"/> knows.</param>
    /// <param name="gram">Receives Xᵀ X. [in, in]</param>
    /// <returns>The number of rows of X.</returns>
    long Read(int task, string parameter, Span<double> gram);
}
