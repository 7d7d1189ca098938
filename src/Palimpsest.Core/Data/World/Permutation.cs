using System.Numerics;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>A random-looking permutation of 0..size-1 in constant time and memory: a Feistel network, walked along its cycle until it lands inside the range.</summary>
/// <remarks>Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002. It mixes names; it is not meant to keep a secret.</remarks>
internal sealed class Permutation
{
    private readonly uint[] _keys = new uint[4];
    private readonly int _half;
    private readonly uint _mask;

    public Permutation(RandomStream keys, int size)
    {
        Size = size;
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = keys.NextUInt32();
        }

        _half = (BitOperations.Log2((uint)size) / 2) + 1;
        _mask = (1u << _half) - 1;
    }

    public int Size { get; }

    public int this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Size);
            uint value = (uint)index;
            do
            {
                uint left = value >> _half, right = value & _mask;
                foreach (uint key in _keys)
                {
                    (left, right) = (right, left ^ (Mix(right ^ key) & _mask));
                }

                value = (left << _half) | right;
            }
            while (value >= (uint)Size);

            return (int)value;
        }
    }

    // The finaliser of MurmurHash3: every input bit reaches every output bit.
    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
        x = (x ^ (x >> 13)) * 0xC2B2AE35u;
        return x ^ (x >> 16);
    }
}
