/** The reconciliation model of every second provider, from the first one on (suite.ts). */
import { playHalf } from './suite.ts';

playHalf(0);
