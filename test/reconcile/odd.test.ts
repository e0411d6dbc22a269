/** The reconciliation model of every second provider, from the second one on (suite.ts). */
import { playHalf } from './suite.ts';

playHalf(1);
