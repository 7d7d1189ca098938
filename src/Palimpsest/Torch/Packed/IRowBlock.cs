namespace Palimpsest.Torch.Packed;

/// <summary>A block of weights whose values become f32 in registers, 32 at a time; compiled into the loops for each type.</summary>
internal unsafe interface IRowBlock
{
    /// <summary>Values of a block, a multiple of 32.</summary>
    static abstract int Values { get; }

    /// <summary>Bytes of a block.</summary>
    static abstract int Bytes { get; }

    /// <summary>32 values of a block, rounded as the format's decoder rounds them: after every product and every sum.</summary>
    static abstract Values32 Group(byte* block, int group);
}
