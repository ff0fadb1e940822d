import { memoryStore } from './memory.ts';
import { testObjectStore } from './store.conformance.ts';

testObjectStore('a store in memory', async () => memoryStore());
