/** The reconciliation model of every fourth provider, from the second one on (suite.ts). */
import { playQuarter } from './suite.ts';

playQuarter(1);
