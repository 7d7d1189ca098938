using Palimpsest.Numerics;

namespace Palimpsest.Federation.Algorithms;

/// <summary>Masks over the coordinates of a layout.</summary>
internal static class CoordinateMasks
{
    /// <summary>Whether a tensor belongs to a LoRA adapter; what does not is a head.</summary>
    public static bool IsLora(ParameterSlot slot) => slot.Name.Contains("lora", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a tensor is the factor A of a LoRA module. [rank, inputs]</summary>
    public static bool IsA(ParameterSlot slot) => IsFactor(slot, "lora_A", "lora_embedding_A");

    /// <summary>Whether a tensor is the factor B of a LoRA module. [outputs, rank]</summary>
    public static bool IsB(ParameterSlot slot) => IsFactor(slot, "lora_B", "lora_embedding_B");

    /// <summary>The coordinates of some tensors.</summary>
    public static BitMask Of(ParameterLayout layout, Func<ParameterSlot, bool> chooses)
    {
        BitMask mask = new(layout.Count);
        foreach (ParameterSlot slot in layout.Slots.Where(chooses))
        {
            for (long i = slot.Offset; i < slot.Offset + slot.Count; i++)
            {
                mask[i] = true;
            }
        }

        return mask;
    }

    /// <summary>The coordinates of the LoRA adapters.</summary>
    /// <exception cref="PalimpsestException">There are none.</exception>
    public static BitMask Lora(ParameterLayout layout, string method) => layout.Slots.Any(IsLora) ? Of(layout, IsLora)
        : throw new PalimpsestException($"{method} needs LoRA adapters, and none of the {layout.Slots.Count} tensors that are trained has \"lora\" in its "
            + "name. Train an adapter, or choose another algorithm.");

    /// <summary>The coordinates with a value above 0.</summary>
    public static BitMask Positive(ReadOnlySpan<float> values)
    {
        BitMask mask = new(values.Length);
        mask.SetPositive(0, values);
        return mask;
    }

    /// <summary>The share of largest magnitude, of equal ones the lowest index.</summary>
    /// <param name="values">[count]</param>
    /// <param name="k">How many are chosen.</param>
    /// <param name="among">Of which coordinates; null for all.</param>
    public static BitMask Largest(ReadOnlySpan<float> values, long k, BitMask? among)
    {
        if (among is null)
        {
            return TopK.Mask(values, k);
        }

        // Side by side, so that a zero outside cannot take the place of a zero inside.
        int[] places = [.. Enumerable.Range(0, values.Length).Where(i => among[i])];
        float[] candidates = new float[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            candidates[i] = values[places[i]];
        }

        BitMask chosen = TopK.Mask(candidates, k), mask = new(values.Length);
        for (int i = 0; i < places.Length; i++)
        {
            mask[places[i]] = chosen[i];
        }

        return mask;
    }

    private static bool IsFactor(ParameterSlot slot, string linear, string embedding) => slot.Shape.Count == 2
        && (slot.Name.Contains(linear, StringComparison.OrdinalIgnoreCase) || slot.Name.Contains(embedding, StringComparison.OrdinalIgnoreCase));
}
